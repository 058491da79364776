"""What is drawn between the rules of a screen, and the prompt. Widgets know no screen."""

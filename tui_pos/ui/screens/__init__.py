"""One screen a module, with what it alone shows and does. No screen knows another; `ui.navigation` does."""

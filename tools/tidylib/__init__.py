"""The rules of tools/tidy, a module for each kind; a rule takes a Tree and gives its findings."""

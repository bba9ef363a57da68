"""How the console looks: colours by role, states in words, lamps, icons and fonts. Must not know: engine or views."""

"""Small widgets that the pages share: lamps, badges, sparklines, toasts. Must not know: pictures, views or threads."""

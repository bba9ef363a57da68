"""What the first frame does without: modules that are loaded in a thread of their own right after it."""

from __future__ import annotations

LATER = (
    "mt5console.ui.bridge.follower",
    "mt5console.ui.bridge.carrier",
    "mt5console.ui.views.fleet_view",
    "mt5console.ui.history",
    "mt5console.ui.window.menus",
    "mt5console.ui.views.graph_raster",
    "mt5console.ui.views.terminal_dock",
    "mt5console.ui.views.incidents_view",
    "mt5console.ui.views.server_view",
    "mt5console.ui.dialogs.deploy_dialog",
    "mt5console.ui.dialogs.deploy_registry",
    "mt5console.ui.dialogs.confirm_live",
    "mt5console.ui.dialogs.stop_all_dialog",
    "mt5console.ui.dialogs.user_dialog",
    "mt5console.ui.dialogs.robot_dialog",
    "mt5console.ui.dialogs.remove_dialogs",
    "mt5console.ui.dialogs.password_dialog",
    "mt5console.ui.dialogs.maintenance_dialog",
    "mt5console.ui.dialogs.command_palette",
    "mt5console.ui.dialogs.quit_dialog",
    "mt5console.ui.dialogs.first_run_dialog",
    "pyqtgraph",
)
"""What the first frame does without; loaded in a thread of its own right after it."""

local wezterm = require("wezterm")
local config = wezterm.config_builder()

config.font = wezterm.font("JetBrains Mono")
config.font_size = {{font_size}}
config.scrollback_lines = 50000
config.audible_bell = "Disabled"
config.check_for_updates = false
config.hide_tab_bar_if_only_one_tab = true
config.use_fancy_tab_bar = false
config.window_close_confirmation = "NeverPrompt"
config.window_padding = { left = 8, right = 8, top = 6, bottom = 6 }

config.colors = {
  background = "#1c1e22",
  foreground = "#d8dadf",
  ansi = { "#2a2d33", "#e06c75", "#98c379", "#d9b16a", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4" },
}

local act = wezterm.action
config.keys = {
  { key = "|", mods = "CTRL|SHIFT", action = act.SplitHorizontal({ domain = "CurrentPaneDomain" }) },
  { key = "_", mods = "CTRL|SHIFT", action = act.SplitVertical({ domain = "CurrentPaneDomain" }) },
  { key = "z", mods = "CTRL|SHIFT", action = act.ScrollToPrompt(-1) },
}

return config

"""How the page looks and what the browser loads with it: theme, style sheet, script, Chinese labels. Nothing from elsewhere."""

from pathlib import Path
from typing import Any

import gradio as gr

HERE = Path(__file__).parent
SANS = ["PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif"]
MONO = ["ui-monospace", "Consolas", "Noto Sans Mono CJK SC", "monospace"]
TEAL = gr.themes.Color(c50="#eef6f6", c100="#d6e9ea", c200="#aed3d6", c300="#7db6bb", c400="#4a959c", c500="#23767f",
                       c600="#0f5f68", c700="#0c4d55", c800="#0b3f46", c900="#0a333a", c950="#06222a")
INK = gr.themes.Color(c50="#f7f8f8", c100="#eef0f0", c200="#dde1e2", c300="#c2c8ca", c400="#8f999c", c500="#68747a",
                      c600="#4d595f", c700="#3a454b", c800="#262f34", c900="#182025", c950="#0f1519")
SEAL = ("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'%3E%3Crect width='64' height='64' rx='12' fill='%23a5281b'/%3E"
        "%3Ctext x='32' y='45' font-size='38' text-anchor='middle' fill='%23fff' font-family='serif'%3E政%3C/text%3E%3C/svg%3E")


def theme() -> gr.themes.Base:
    """The page's own theme."""
    return gr.themes.Base(primary_hue=TEAL, secondary_hue=TEAL, neutral_hue=INK, font=SANS, font_mono=MONO, radius_size="md",
                          text_size="md", spacing_size="md").set(
        body_background_fill="#f4f6f5", body_background_fill_dark="#10171a", background_fill_primary="#ffffff",
        background_fill_primary_dark="#172024", background_fill_secondary="#f7f9f8", background_fill_secondary_dark="#1d272c",
        border_color_primary="#d9e0df", border_color_primary_dark="#2d3a40", body_text_color="#1c2529", body_text_color_dark="#e4eaeb",
        body_text_color_subdued="#56646a", body_text_color_subdued_dark="#a3b1b6", block_shadow="none", block_label_text_size="*text_sm",
        block_title_text_weight="600", block_border_width="0px", block_background_fill="transparent",
        block_background_fill_dark="transparent", block_border_width_dark="0px", block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent", block_padding="0px",
        block_info_text_size="*text_sm", input_background_fill="#ffffff", input_background_fill_dark="#121a1e",
        input_border_color="#b9c4c5", input_border_color_dark="#46555c", input_border_width="1px", input_shadow="none",
        input_border_color_focus="*primary_600", input_border_color_focus_dark="*primary_400", input_placeholder_color="#6a777c",
        input_placeholder_color_dark="#91a0a6", button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700", button_primary_background_fill_dark="*primary_500",
        button_primary_background_fill_hover_dark="*primary_400", button_primary_text_color="#ffffff",
        button_secondary_background_fill="#ffffff", button_secondary_background_fill_dark="#1d272c",
        button_secondary_background_fill_hover="#eef6f6", button_secondary_background_fill_hover_dark="#26333a",
        button_secondary_border_color="#b9c4c5", button_secondary_border_color_dark="#46555c", button_border_width="1px",
        button_transform_hover="none", button_large_text_weight="600", button_small_text_weight="500", link_text_color="*primary_600",
        link_text_color_dark="*primary_300", color_accent_soft="#e3f0f1", color_accent_soft_dark="#17343a")


def head() -> str:
    """The page's script."""
    return f'<meta name="color-scheme" content="light dark"><script>{(HERE / "page.js").read_text(encoding="utf-8")}</script>'


def looks() -> dict[str, Any]:
    """What `launch` and `gr.mount_gradio_app` are given."""
    return {"theme": theme(), "css": (HERE / "style.css").read_text(encoding="utf-8"), "head": head(), "footer_links": []}

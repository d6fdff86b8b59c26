# SPDX-License-Identifier: Apache-2.0
"""For sphinx, which tools/site calls on a copy of the pages."""

import os

project = "Mavis"
author = "the Mavis project"
# The file VERSION, and with the commit.
version = os.environ["MAVIS_VERSION"].split()[0]
release = os.environ["MAVIS_VERSION"]
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
master_doc = "index"
# A heading's anchor as GitHub makes it: tests/tools/test_docs.py checks links by the same rule.
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]
nitpicky = True
html_theme = "alabaster"
html_title = "Mavis"
html_theme_options = {"description": f"Memory-Attribute hyperVISor<br>{release}", "fixed_sidebar": True,
                      "show_powered_by": False, "page_width": "1200px", "body_max_width": "none"}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
templates_path = ["_templates"]
html_copy_source = html_show_sourcelink = html_show_copyright = html_show_sphinx = False
highlight_language = "none"
pygments_style = "sphinx"

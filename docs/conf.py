"""Sphinx: Markdown pages, an executed notebook, and the reference of public names."""

from importlib.metadata import version as installed

project = "Tongchou"
author = "The Tongchou developers"
copyright = author
version = release = installed("tongchou")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build", "jupyter_execute"]
source_suffix = {".md": "myst-nb"}
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 600

autodoc_typehints = "description"
autodoc_member_order = "bysource"

html_theme = "pydata_sphinx_theme"
html_title = "Tongchou 统筹"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}


def setup(app):
    """Links to files above ``docs`` work in the repository; here they are words."""
    import re

    outside = re.compile(r"\[([^\]]+)\]\(\.\./[^)]+\)")

    def read(_app, _name, source):
        source[0] = outside.sub(r"\1", source[0])

    app.connect("source-read", read)

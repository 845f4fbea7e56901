"""The words of the frameworks: cells, paths and levels by which levers are told apart."""

from __future__ import annotations

CELLS = {
    "horizontal_private": "private governance in the cluster",
    "vertical_private": "private governance along the chain",
    "horizontal_social": "social governance in the cluster",
    "vertical_social": "social governance along the chain",
    "horizontal_public": "public governance in the cluster",
    "vertical_public": "public governance along the chain",
}
"""The six cells, scope by actor."""
PATHS = {
    "market": "the market-driven path",
    "csr": "the buyers' (CSR-driven) path",
    "multi_stakeholder": "the multi-stakeholder path",
    "labour": "the labour-centred path",
    "cluster": "the cluster-centred path",
    "public": "the public path",
}
"""The six paths; each is the bundle of its driver levers."""
LEVELS = {
    "corporate": "the corporate level",
    "cluster": "the cluster",
    "regional": "the region",
    "national": "the nation",
    "external": "the world outside",
}
"""The five levels, from the firm outwards."""

"""Fluxion: differentiable building-energy simulation."""

from fluxion._version import __version__ as __version__

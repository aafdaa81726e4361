"""Doubt: how sure a trained model is, whether that is true, and how to make it true."""

from __future__ import annotations

from fluxion.uncertainty._conformal import Conformal as Conformal
from fluxion.uncertainty._conformal import calibrate as calibrate
from fluxion.uncertainty._diversity import Diversity as Diversity
from fluxion.uncertainty._diversity import diversity as diversity
from fluxion.uncertainty._diversity import error_correlation as error_correlation
from fluxion.uncertainty._diversity import pairwise_disagreement as pairwise_disagreement
from fluxion.uncertainty._dropout import dropout_masks as dropout_masks
from fluxion.uncertainty._dropout import mc_dropout as mc_dropout
from fluxion.uncertainty._ensembles import apply_ensemble as apply_ensemble
from fluxion.uncertainty._ensembles import ensemble_size as ensemble_size
from fluxion.uncertainty._ensembles import init_ensemble as init_ensemble
from fluxion.uncertainty._ensembles import member_of as member_of
from fluxion.uncertainty._laplace import LastLayerLaplace as LastLayerLaplace
from fluxion.uncertainty._laplace import last_layer_laplace as last_layer_laplace
from fluxion.uncertainty._moments import Mixture as Mixture
from fluxion.uncertainty._moments import Moments as Moments
from fluxion.uncertainty._moments import ensemble_moments as ensemble_moments
from fluxion.uncertainty._moments import mixture_moments as mixture_moments
from fluxion.uncertainty._prediction import Prediction as Prediction
from fluxion.uncertainty._prediction import calibrate_results as calibrate_results
from fluxion.uncertainty._prediction import conformal_record as conformal_record
from fluxion.uncertainty._prediction import prediction_of as prediction_of
from fluxion.uncertainty._quantiles import conformal_quantile as conformal_quantile
from fluxion.uncertainty._reliability import LEVELS as LEVELS
from fluxion.uncertainty._reliability import Reliability as Reliability
from fluxion.uncertainty._reliability import ensemble_pit as ensemble_pit
from fluxion.uncertainty._reliability import gaussian_pit as gaussian_pit
from fluxion.uncertainty._reliability import pit_histogram as pit_histogram
from fluxion.uncertainty._reliability import reliability as reliability
from fluxion.uncertainty._scores import coverage as coverage
from fluxion.uncertainty._scores import covered as covered
from fluxion.uncertainty._scores import ensemble_crps as ensemble_crps
from fluxion.uncertainty._scores import gaussian_crps as gaussian_crps
from fluxion.uncertainty._scores import gaussian_nll as gaussian_nll
from fluxion.uncertainty._scores import interval_score as interval_score
from fluxion.uncertainty._scores import mean_width as mean_width
from fluxion.uncertainty._scores import pinball_loss as pinball_loss
from fluxion.uncertainty._surrogates import EnsembleSurrogate as EnsembleSurrogate
from fluxion.uncertainty._surrogates import Trained as Trained
from fluxion.uncertainty._surrogates import UncertainSurrogate as UncertainSurrogate

__all__ = [
    "LEVELS",
    "Conformal",
    "Diversity",
    "EnsembleSurrogate",
    "LastLayerLaplace",
    "Mixture",
    "Moments",
    "Prediction",
    "Reliability",
    "Trained",
    "UncertainSurrogate",
    "apply_ensemble",
    "calibrate",
    "calibrate_results",
    "conformal_record",
    "conformal_quantile",
    "coverage",
    "covered",
    "diversity",
    "ensemble_crps",
    "ensemble_moments",
    "ensemble_pit",
    "ensemble_size",
    "error_correlation",
    "gaussian_crps",
    "gaussian_nll",
    "gaussian_pit",
    "init_ensemble",
    "dropout_masks",
    "interval_score",
    "last_layer_laplace",
    "mc_dropout",
    "mean_width",
    "member_of",
    "mixture_moments",
    "pairwise_disagreement",
    "pinball_loss",
    "pit_histogram",
    "prediction_of",
    "reliability",
]

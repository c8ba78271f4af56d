"""The words of data protection that code speaks: data categories, by the W3C Data Privacy Vocabulary 2.3.

Pure. Every datapoint, table and payload field carries one of these; an activity of the register names the
categories it may move, and nothing else passes.
"""

from enum import Enum

# days that messages to the household are kept, by [notifications] keep_days; hub and gate both read that
TOLD_DAYS, MOST_TOLD_DAYS = 90, 3650


class DataCategory(Enum):
    """What kind of data something is. The value is our key in ``config/notice/``."""

    SYSTEM = "system"  # version, uptime, memory: about the machine, not a person
    RADIO = "radio"  # signal strength, airtime, counters
    DEVICE = "device"  # type, firmware
    DEVICE_IDENTITY = "device_identity"  # serial number, radio address
    DEVICE_NAME = "device_name"  # names that people gave
    ERROR = "error"  # error counts and codes
    ACTUATOR_STATE = "actuator_state"  # a light is on
    CLIMATE = "climate"  # temperature, humidity, set point
    PRESENCE = "presence"  # motion, contact, key press: tells who is where
    SAFETY = "safety"  # smoke, water, sabotage
    ENERGY = "energy"  # power and consumption
    HOUSEHOLD = "household"  # rooms and their layout
    ACCOUNT = "account"  # people, passwords' hashes, sessions
    ACCESS_LOG = "access_log"  # who asked for which page from where
    CONSENT_RECORD = "consent_record"  # grants, withdrawals, ledger
    INSTALLATION = "installation"  # ids of Home Base, license, paired phones
    NETWORK_ADDRESS = "network_address"  # the home's address on the internet
    PHONE_NUMBER = "phone_number"
    MESSAGE = "message"  # texts that the home or its people send
    IMAGE = "image"  # pictures and videos
    AUDIO = "audio"  # sound recordings; explicit consent only
    BACKUP = "backup"  # everything at once, encrypted to the owner
    USAGE = "usage"  # how the home is used, over time
    SUMMARY = "summary"  # text about somebody that a program made: a draft until a person confirmed it

    @property
    def dpv(self) -> str:
        """The DPV 2.3 term that this category is a kind of."""
        return _DPV[self]


_DPV = {
    DataCategory.SYSTEM: "dpv:NonPersonalData",
    DataCategory.RADIO: "dpv:NonPersonalData",
    DataCategory.DEVICE: "pd:DeviceSoftware",
    DataCategory.DEVICE_IDENTITY: "pd:DeviceBased",
    DataCategory.DEVICE_NAME: "pd:Household",
    DataCategory.ERROR: "dpv:NonPersonalData",
    DataCategory.ACTUATOR_STATE: "pd:Behavioural",
    DataCategory.CLIMATE: "pd:Household",
    DataCategory.PRESENCE: "pd:Behavioural",
    DataCategory.SAFETY: "pd:Household",
    DataCategory.ENERGY: "pd:Household",
    DataCategory.HOUSEHOLD: "pd:HouseOwned",
    DataCategory.ACCOUNT: "pd:Authenticating",
    DataCategory.ACCESS_LOG: "pd:IPAddress",
    DataCategory.CONSENT_RECORD: "pd:PrivacyPreference",
    DataCategory.INSTALLATION: "pd:DeviceBased",
    DataCategory.NETWORK_ADDRESS: "pd:IPAddress",
    DataCategory.PHONE_NUMBER: "pd:TelephoneNumber",
    DataCategory.MESSAGE: "pd:Communication",
    DataCategory.IMAGE: "pd:Picture",
    DataCategory.AUDIO: "pd:VoiceCommunicationRecording",
    DataCategory.BACKUP: "pd:Household",
    DataCategory.USAGE: "pd:Behavioural",
    DataCategory.SUMMARY: "dpv:InferredPersonalData",
}

"""What people mean by a link: ready-made values for the receiver's LINK parameters. Data, for profiles.py.

[kind of sender > kind of receiver · name]; de and en: what it does; then the values, and ``like`` rows of
VALUES that they stand on. Values are the texts of the parameters; conditions by index: 0 is X GE
COND_VALUE_LO, 2 X LT COND_VALUE_LO, where X is what the sensor says: contacts 0 closed, 100 tilted, 200
open, water 0 dry, more when wet, motion its brightness 0 to 255.
A sensor's event is a short press; so LONG_ stays without action for sensors.
"""

SENDERS = {
    "key": ("KEY", "VIRTUAL_KEY", "SWITCH_INTERFACE"),
    "motion": ("MOTION_DETECTOR",),
    "contact": ("SHUTTER_CONTACT", "ROTARY_HANDLE_SENSOR", "TILT_SENSOR"),
    "water": ("WATERDETECTIONSENSOR",),
}
RECEIVERS = {
    "switch": ("SWITCH",),
    "dimmer": ("DIMMER", "VIRTUAL_DIMMER"),
    "blind": ("BLIND", "JALOUSIE"),
    "lock": ("KEYMATIC",),
    "thermostat": ("REMOTECONTROL_RECEIVER",),
    "window": ("WINDOW_SWITCH_RECEIVER",),
}

VALUES = {
    "any": "*CT_OFF=0 *CT_ON=0 *CT_OFFDELAY=0 *CT_ONDELAY=0 *COND_VALUE_LO=50 *COND_VALUE_HI=100",
    "any ramp": "*CT_RAMPON=0 *CT_RAMPOFF=0",
    "any reference": "*CT_REFON=0 *CT_REFOFF=0",
    "at once": """
        *ONDELAY_TIME=0 *OFFDELAY_TIME=0 *ON_TIME=NOT_USED *OFF_TIME=NOT_USED *ON_TIME_MODE=ABSOLUTE
        *OFF_TIME_MODE=ABSOLUTE
    """,
    "jump": "*ACTION_TYPE=JUMP_TO_TARGET LONG_MULTIEXECUTE=ON",
    "short only": "SHORT_ACTION_TYPE=JUMP_TO_TARGET LONG_ACTION_TYPE=INACTIVE",
    "switch on": "*JT_OFF=ONDELAY *JT_ON=ON *JT_OFFDELAY=ON *JT_ONDELAY=ON",
    "switch off": "*JT_OFF=OFF *JT_ON=OFFDELAY *JT_OFFDELAY=OFF *JT_ONDELAY=OFF",
    "switch over": "*JT_OFF=ONDELAY *JT_ON=OFFDELAY *JT_OFFDELAY=OFF *JT_ONDELAY=ON",
    "light": """
        *ON_LEVEL=1 *OFF_LEVEL=0 *ON_MIN_LEVEL=0.1 *ON_LEVEL_PRIO=HIGH *RAMPON_TIME=0.5
        *RAMPOFF_TIME=0.5 *RAMP_START_STEP=0.05 *DIM_MIN_LEVEL=0 *DIM_MAX_LEVEL=1 *DIM_STEP=0.05
        *OFFDELAY_BLINK=ON *OFFDELAY_STEP=0.05 *OFFDELAY_NEWTIME=0.5 *OFFDELAY_OLDTIME=0.5
        *ONDELAY_MODE=SET_TO_OFF
    """,
    "light on": """
        *JT_OFF=ONDELAY *JT_ON=RAMPON *JT_OFFDELAY=RAMPON *JT_ONDELAY=RAMPON *JT_RAMPOFF=RAMPON
        *JT_RAMPON=ON
    """,
    "light off": """
        *JT_OFF=OFFDELAY *JT_ON=OFFDELAY *JT_OFFDELAY=RAMPOFF *JT_ONDELAY=OFFDELAY *JT_RAMPOFF=OFF
        *JT_RAMPON=OFFDELAY
    """,
    "light over": """
        *JT_OFF=ONDELAY *JT_ON=OFFDELAY *JT_OFFDELAY=RAMPOFF *JT_ONDELAY=RAMPON *JT_RAMPOFF=OFF
        *JT_RAMPON=ON
    """,
    "drive": """
        *OFF_LEVEL=0 *ON_LEVEL=1 *DRIVING_MODE=DRIVE_DIRECTLY SHORT_MAX_TIME_FIRST_DIR=NOT_USED
        LONG_MAX_TIME_FIRST_DIR=0.5
    """,
    "drive up": """
        *JT_OFF=ONDELAY *JT_ON=ONDELAY *JT_OFFDELAY=ONDELAY *JT_ONDELAY=REFON *JT_RAMPOFF=OFF
        *JT_RAMPON=RAMPON *JT_REFOFF=OFF *JT_REFON=RAMPON
    """,
    "drive down": """
        *JT_OFF=OFFDELAY *JT_ON=OFFDELAY *JT_OFFDELAY=REFOFF *JT_ONDELAY=OFFDELAY
        *JT_RAMPOFF=RAMPOFF *JT_RAMPON=ON *JT_REFOFF=RAMPOFF *JT_REFON=ON
    """,
    "drive over": """
        *JT_OFF=ONDELAY *JT_ON=OFFDELAY *JT_OFFDELAY=REFOFF *JT_ONDELAY=REFON *JT_RAMPOFF=OFF
        *JT_RAMPON=ON *JT_REFOFF=OFF *JT_REFON=ON
    """,
    "seen": """
        SHORT_CT_OFF=2 SHORT_CT_ON=2 SHORT_CT_OFFDELAY=2 SHORT_CT_ONDELAY=2 SHORT_COND_VALUE_LO=255
        SHORT_COND_VALUE_HI=100 SHORT_ONDELAY_TIME=0 SHORT_ON_TIME=300 SHORT_OFFDELAY_TIME=0
        SHORT_OFF_TIME=NOT_USED SHORT_ON_TIME_MODE=MINIMAL SHORT_JT_OFF=ONDELAY
    """,
    "seen switch": "SHORT_JT_ON=ON SHORT_JT_OFFDELAY=ON SHORT_JT_ONDELAY=ON",
    "seen light": """
        SHORT_CT_RAMPON=2 SHORT_CT_RAMPOFF=2 SHORT_JT_ON=RAMPON SHORT_JT_OFFDELAY=RAMPON
        SHORT_JT_ONDELAY=RAMPON SHORT_JT_RAMPOFF=RAMPON SHORT_JT_RAMPON=NO_JUMP_IGNORE_COMMAND
        SHORT_ON_LEVEL=1 SHORT_OFF_LEVEL=0 SHORT_RAMPON_TIME=0.5 SHORT_RAMPOFF_TIME=0.5
        SHORT_OFFDELAY_BLINK=ON
    """,
    "while": """
        SHORT_COND_VALUE_LO=50 SHORT_COND_VALUE_HI=180 SHORT_ONDELAY_TIME=0 SHORT_OFFDELAY_TIME=0
        SHORT_ON_TIME=NOT_USED SHORT_OFF_TIME=NOT_USED SHORT_ON_TIME_MODE=ABSOLUTE
        SHORT_OFF_TIME_MODE=ABSOLUTE SHORT_JT_OFF=ONDELAY SHORT_JT_ON=OFFDELAY
    """,
    "while switch": "SHORT_JT_OFFDELAY=ON SHORT_JT_ONDELAY=OFFDELAY",
    "while light": """
        SHORT_JT_OFFDELAY=RAMPON SHORT_JT_ONDELAY=OFFDELAY SHORT_JT_RAMPOFF=RAMPON
        SHORT_JT_RAMPON=OFFDELAY SHORT_CT_RAMPOFF=0 SHORT_CT_RAMPON=2 SHORT_ON_LEVEL=1
        SHORT_OFF_LEVEL=0 SHORT_RAMPON_TIME=0.5 SHORT_RAMPOFF_TIME=0.5
    """,
    "above": "SHORT_CT_OFF=0 SHORT_CT_OFFDELAY=0 SHORT_CT_ON=2 SHORT_CT_ONDELAY=2",
    "below": "SHORT_CT_OFF=2 SHORT_CT_OFFDELAY=2 SHORT_CT_ON=0 SHORT_CT_ONDELAY=0",
    "lock": "*CT_OFF=0 *CT_ON=0 *COND_VALUE_LO=50 *COND_VALUE_HI=100 *ON_TIME=NOT_USED",
}

PRESETS = """
[key > switch · on]
de Einschalten; en Switch on; like any; like at once; like jump; like switch on
[key > switch · off]
de Ausschalten; en Switch off; like any; like at once; like jump; like switch off
[key > switch · toggle]
de Umschalten: ein oder aus; en Toggle: on or off; like any; like at once; like jump; like switch over
[key > switch · staircase]
de Treppenlicht: 5 Minuten an; en Staircase light: on for 5 minutes; like any; like at once; like jump;
like switch on; *ON_TIME=300
[key > dimmer · on]
de Einschalten, lang gedrückt heller; en Switch on, brighter while held; like any; like any ramp;
like at once; like jump; like light; like light on; LONG_ACTION_TYPE=UPDIM
[key > dimmer · off]
de Ausschalten, lang gedrückt dunkler; en Switch off, darker while held; like any; like any ramp;
like at once; like jump; like light; like light off;
LONG_ACTION_TYPE=DOWNDIM LONG_ON_TIME=1 LONG_ON_TIME_MODE=MINIMAL
[key > dimmer · toggle]
de Umschalten, lang gedrückt dimmen; en Toggle, dim while held; like any; like any ramp; like at once;
like jump; like light; like light over; LONG_ACTION_TYPE=TOGGLEDIM
[key > dimmer · staircase]
de Treppenlicht: 2 Minuten an, dann langsam aus; en Staircase light: on for 2 minutes, then slowly off;
like any; like any ramp; like at once; like jump; like light; like light on;
*ON_TIME=120 *ON_TIME_MODE=MINIMAL *RAMPOFF_TIME=20 *JT_RAMPON=NO_JUMP_IGNORE_COMMAND
[key > blind · up]
de Hoch, lang gedrückt nur solange; en Up, while held only so long; like any; like any ramp;
like any reference; like at once; like jump; like drive; like drive up
[key > blind · down]
de Runter, lang gedrückt nur solange; en Down, while held only so long; like any; like any ramp;
like any reference; like at once; like jump; like drive; like drive down
[key > blind · toggle]
de Im Wechsel hoch und runter; en Up and down in turn; like any; like any ramp; like any reference;
like at once; like jump; like drive; like drive over
[key > lock · lock]
de Verriegeln; en Lock; like lock; *JT_OFF=LOCK *JT_ON=LOCK
[key > lock · unlock]
de Entriegeln; en Unlock; like lock; *JT_OFF=UNLOCK *JT_ON=UNLOCK
[key > lock · toggle]
de Im Wechsel ver- und entriegeln; en Lock and unlock in turn; like lock; *JT_OFF=UNLOCK *JT_ON=LOCK
[key > lock · open]
de Tür öffnen; en Open the door; like lock; *JT_OFF=OPEN *JT_ON=OPEN
[key > thermostat · boost]
de Kurz heizen (Boost); en Heat for a while (boost); SHORT_CONTROL_RC=BOOSTMODE LONG_CONTROL_RC=NO_CHANGE
[key > thermostat · lower]
de Absenken auf 17 °C; en Lower to 17 °C;
SHORT_CONTROL_RC=SET_TEMPERATUR_SHORT *TEMPERATUR_RC=17 LONG_CONTROL_RC=NO_CHANGE
[key > thermostat · comfort]
de Heizen auf 21 °C; en Heat to 21 °C;
SHORT_CONTROL_RC=SET_TEMPERATUR_SHORT *TEMPERATUR_RC=21 LONG_CONTROL_RC=NO_CHANGE
[motion > switch · motion]
de Bei Bewegung 5 Minuten an; en On for 5 minutes after motion; like short only; like seen; like seen switch
[motion > switch · motion_dark]
de Bei Bewegung 5 Minuten an, nur im Dunkeln; en On for 5 minutes after motion, only in the dark;
like short only; like seen; like seen switch; SHORT_COND_VALUE_LO=70
[motion > dimmer · motion]
de Bei Bewegung 5 Minuten an; en On for 5 minutes after motion; like short only; like seen; like seen light
[motion > dimmer · motion_dark]
de Bei Bewegung 5 Minuten an, nur im Dunkeln; en On for 5 minutes after motion, only in the dark;
like short only; like seen; like seen light; SHORT_COND_VALUE_LO=70
[contact > switch · on_while_open]
de An, solange offen; en On while open; like short only; like while; like while switch; like above
[contact > switch · off_while_open]
de Aus, solange offen; en Off while open; like short only; like while; like while switch; like below
[contact > dimmer · on_while_open]
de An, solange offen; en On while open; like short only; like while; like while light; like above
[contact > window · lower_while_open]
de Heizung absenken, solange offen oder gekippt; en Lower the heating while open or tilted;
SHORT_COND_VALUE_LO=50
[water > switch · on_while_wet]
de An, solange nass; en On while wet; like short only; like while; like while switch; like above
[water > switch · off_while_wet]
de Aus, solange nass; en Off while wet; like short only; like while; like while switch; like below
"""

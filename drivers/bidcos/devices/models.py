"""The model table: data, one line per model; a new model is a line, not code.

code | model = other name | class | channels | receive modes | signs | silence in s
Class: docs/protocols/bidcos.md, "Device classes". Channels: kind and index or range (kinds.py).
Receive modes: a always, b burst, f conditional burst, c config, w wake-up, l lazy config.
Silence: seconds without a frame after which the model counts as unreachable; where each comes from: reporting.py
and docs/protocols/bidcos.md, "Silence".
"""

MODELS = """
0001 | HM-LC-Sw1-Pl-OM54 | S | SWITCH 1 | a | - | -
0002 | HM-LC-Sw1-SM | S | SWITCH 1 | a | s | -
0003 | HM-LC-Sw4-SM | S | SWITCH 1-4 | a | s | -
0004 | HM-LC-Sw1-FM | S | SWITCH 1 | a | s | -
0005 | HM-LC-Bl1-FM | B | BLIND 1 | a | s | -
0006 | HM-LC-Bl1-SM | B | BLIND 1 | a | s | -
0007 | KS550 | KS | WEATHER_STATION 1 | cw | - | 1200
0008 | HM-RC-4 | K | KEY 1-4 | c | s | -
0009 | HM-LC-Sw2-FM | S | SWITCH 1-2 | a | s | -
000A | HM-LC-Sw2-SM | S | SWITCH 1-2 | a | s | -
000B | WS550 = HM-WS550 | WS | STATION_SENSOR 1-8, STATION_COMBINED 9, CLIMATE_PRESSURE 10 | a | - | -
000D | ASH550 | TH | CLIMATE 1 | fcw | - | 1200
000E | ASH550I | TH | CLIMATE 1 | fcw | - | 1200
000F | S550IA | TH | THERMOMETER 1 | cw | - | 1200
0011 | HM-LC-Sw1-Pl | S | SWITCH 1 | a | s | -
0012 | HM-LC-Dim1L-CV | D | DIMMER_L 1 | a | - | -
0013 | HM-LC-Dim1L-Pl | D | DIMMER_L 1 | a | - | -
0014 | HM-LC-Sw1-SM-ATmega168 | S | SWITCH 1 | a | - | -
0015 | HM-LC-Sw4-SM-ATmega168 | S | SWITCH 1-4 | a | - | -
0016 | HM-LC-Dim2L-CV | D | DIMMER_L 1-2 | a | - | -
0018 | CMM | K | KEY 1 | a | - | -
0019 | HM-Sec-Key | KM | KEYMATIC 1 | b | s | -
001A | HM-RC-P1 | K | KEY 1 | c | s | -
001B | HM-RC-Sec3 | K | KEY 1-3 | c | s | -
001C | HM-RC-Sec3-B | K | KEY 1-3 | c | s | -
001D | HM-RC-Key3 | K | KEY 1-3 | c | s | -
001E | HM-RC-Key3-B | K | KEY 1-3 | c | s | -
001F | KS888 | KS | WEATHER_STATION 1 | cw | - | 1200
0022 | WS888 | WS | STATION_SENSOR 1-8, STATION_COMBINED 9, CLIMATE_PRESSURE 10 | a | - | -
0026 | HM-Sec-Key-S | KM | KEYMATIC 1 | b | s | -
0027 | HM-Sec-Key-O | KM | KEYMATIC 1 | b | s | -
0028 | HM-Sec-Win | WM | WINMATIC 1, AKKU 2 | b | s | -
0029 | HM-RC-12 | K | KEY 1-12 | c | s | -
002A | HM-RC-12-B | K | KEY 1-12 | c | s | -
002B | WS550Tech = HM-WS550TECH | WS | STATION_SENSOR 1-8, STATION_COMBINED 9, CLIMATE_PRESSURE 10 | a | - | -
002C | KS550Tech | KS | WEATHER_STATION 1 | cw | - | 1200
002D | HM-LC-Sw4-PCB | S | SWITCH 1-4 | a | s | -
002E | HM-LC-Dim2L-SM | D | DIMMER_L 1-2 | a | - | -
002F | HM-Sec-SC | C | CONTACT 1 | cw | s | 100800
0030 | HM-Sec-RHS | R | HANDLE 1 | cwl | s | 100800
0031 | WS550LCB = HM-WS550LCB | WS | STATION_SENSOR 1-8, STATION_COMBINED 9, CLIMATE_PRESSURE 10 | a | - | -
0032 | WS550LCW = HM-WS550LCW | WS | STATION_SENSOR 1-8, STATION_COMBINED 9, CLIMATE_PRESSURE 10 | a | - | -
0033 | KS550LC | KS | WEATHER_STATION 1 | cw | - | 1200
0034 | HM-PBI-4-FM | K | KEY 1-4 | c | s | -
0035 | HM-PB-4-WM | K | KEY 1-4 | c | s | -
0036 | HM-PB-2-WM | K | KEY 1-2 | c | s | -
0037 | HM-RC-19 | K | KEY 1-16, CENTRAL_KEY 17, REMOTE_DISPLAY 18 | bc | s | -
0038 | HM-RC-19-B | K | KEY 1-16, CENTRAL_KEY 17, REMOTE_DISPLAY 18 | bc | s | -
0039 | HM-CC-TC | TC | CLIMATE 1, REGULATOR 2, WINDOW 3 | fcw | - | 1200
003A | HM-CC-VD | VD | VALVE_DRIVE 1 | cw | - | 100800
003B | HM-RC-4-B | K | KEY 1-4 | c | s | -
003C | HM-WDS20-TH-O | TH | CLIMATE 1 | fcw | - | 1200
003D | HM-WDS10-TH-O | TH | CLIMATE 1 | fcw | - | 1200
003E | HM-WDS30-T-O | TH | THERMOMETER 1 | cw | - | 1200
003F | HM-WDS40-TH-I | TH | CLIMATE 1 | fcw | - | 1200
0040 | HM-WDS100-C6-O | KS | WEATHER_STATION 1 | cw | - | 1200
0041 | HM-WDC7000 | WS | STATION_SENSOR 1-8, STATION_COMBINED 9, CLIMATE_PRESSURE 10 | a | - | -
0042 | HM-Sec-SD | SD | SMOKE 1 | b | - | 1209600
0043 | HM-Sec-TiS | T | TILT 1 | cw | s | 100800
0044 | HM-Sen-EP | K | PULSE 1-2 | cw | s | -
0045 | HM-Sec-WDS | W | WATER 1 | cw | s | 100800
0046 | HM-SwI-3-FM | K | INPUT_KEY 1-3 | c | s | -
0047 | KFM-SENSOR | KFM | FILLING_KIT 1 | c | - | -
0048 | IS-WDS-TH-OD-S-R3 | TH | CLIMATE 1 | fcw | - | 1200
0049 | KFM-DISPLAY | KFM | FILLING_KIT 1 | a | - | -
004A | HM-Sec-MDIR | M | GUARD_MOTION 1 | cwl | s | 2400
004B | HM-SEC-CEN | X | ALARM_CONTROL 1 | a | - | -
004C | HM-RC-12-SW | K | KEY 1-12 | c | s | -
004D | HM-RC-19-SW | K | KEY 1-16, CENTRAL_KEY 17, REMOTE_DISPLAY 18 | bc | s | -
004E | HM-LC-DDC1-PCB | S | DOOR_DRIVE 1 | a | s | -
004F | HM-Sen-MDIR-SM | M | MOTION 1 | cwl | s | 2400
0050 | HM-Sec-SFA-SM | SIR | ALARM_ACTUATOR 1-2 | a | s | -
0051 | HM-LC-Sw1-PB-FM | S | SWITCH 1 | a | s | -
0052 | HM-LC-Sw2-PB-FM | S | SWITCH 1-2 | a | s | -
0053 | HM-LC-Bl1-PB-FM | B | BLIND 1 | a | s | -
0054 | RC-H = DORMA_RC-H | K | KEY 1 | c | s | -
0056 | HM-CC-SCD | CO2 | CO2 1 | cw | s | 100800
0057 | HM-LC-Dim1T-Pl | D | DIMMER_T 1 | a | - | -
0058 | HM-LC-Dim1T-CV | D | DIMMER_T 1 | a | - | -
0059 | HM-LC-Dim1T-FM | D | DIMMER_T 1 | a | - | -
005A | HM-LC-Dim2T-SM | D | DIMMER_T 1-2 | a | - | -
005C | HM-OU-CF-Pl | CH | SIGNAL_LED 1, SIGNAL_CHIME 2 | a | s | -
005D | HM-Sen-MDIR-O | M | MOTION 1 | cwl | s | 2400
005F | HM-SCI-3-FM | C | INPUT_CONTACT 1-3 | cw | s | 100800
0060 | HM-PB-4Dis-WM | K | KEY 1-20 | cwl | s | -
0061 | HM-LC-Sw4-DR | S | SWITCH 1-4 | a | s | -
0062 | HM-LC-Sw2-DR | S | SWITCH 1-2 | a | s | -
0064 | atent = DORMA_ATENT | K | KEY 1-3 | c | s | -
0065 | BRC-H = DORMA_BRC-H | K | KEY 1-4 | c | s | -
0066 | HM-LC-Sw4-WM | S | SWITCH 1-4 | a | s | -
0067 | HM-LC-Dim1PWM-CV | DR | DIMMER_PWM 1, VIRTUAL_DIMMER_PWM 2-3 | a | s | -
0068 | HM-LC-Dim1TPBU-FM | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
0069 | HM-LC-Sw1PBU-FM | S | SWITCH 1 | a | s | -
006A | HM-LC-Bl1PBU-FM | B | BLIND 1 | a | s | -
006B | HM-PB-2-WM55 | K | KEY 1-2 | cwl | s | -
006C | HM-LC-Sw1-Ba-PCB | SB | SWITCH 1 | b | s | -
006D | HM-OU-LED16 | LED | LED 1-16 | a | s | -
006E | HM-LC-DIM1L-CV-644 = HM-LC-Dim1L-CV | DR | DIMMER_LV 1, VIRTUAL_DIMMER_LV 2-3 | a | s | -
006F | HM-LC-DIM1L-PL-644 = HM-LC-Dim1L-Pl | DR | DIMMER_LV 1, VIRTUAL_DIMMER_LV 2-3 | a | s | -
0070 | HM-LC-DIM2L-SM-644 = HM-LC-Dim2L-SM | DR | DIMMER_LV 1-2, VIRTUAL_DIMMER_LV 3-6 | a | s | -
0071 | HM-LC-DIM1T-PL-644 = HM-LC-Dim1T-Pl | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
0072 | HM-LC-DIM1T-CV-644 = HM-LC-Dim1T-CV | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
0073 | HM-LC-DIM1T-FM-644 = HM-LC-Dim1T-FM | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
0074 | HM-LC-Dim2T-SM | DR | DIMMER 1-2, VIRTUAL_DIMMER 3-6 | a | s | -
0075 | HM-OU-CFM-Pl | CH | MELODY_LED 1, MELODY_CHIME 2 | a | s | -
0076 | HM-Sys-sRP-Pl | X | REPEATER 1 | a | s | -
0078 | HM-Dis-TD-T | SB | INDICATOR 1 | b | s | -
0079 | ZEL STG RM FWT = ROTO_ZEL-STG-RM-FWT | TC | CLIMATE 1, REGULATOR 2, WINDOW 3 | fcw | - | 1200
007A | ZEL STG RM FSA = ROTO_ZEL-STG-RM-FSA | VD | VALVE_DRIVE 1 | cw | - | 100800
007B | ZEL STG RM FEP 230V = ROTO_ZEL-STG-RM-FEP-230V | B | BLIND 1 | a | s | -
007C | ZEL STG RM FZS = ROTO_ZEL-STG-RM-FZS | S | SWITCH 1 | a | s | -
007D | ZEL STG RM WT 2 = ROTO_ZEL-STG-RM-WT-2 | K | KEY 1-2 | cwl | s | -
007E | ZEL STG RM DWT 10 = ROTO_ZEL-STG-RM-DWT-10 | K | KEY 1-20 | cwl | s | -
007F | ZEL STG RM FST UP4 = ROTO_ZEL-STG-RM-FST-UP4 | K | KEY 1-4 | c | s | -
0080 | ZEL STG RM HS 4 = ROTO_ZEL-STG-RM-HS-4 | K | KEY 1-4 | c | s | -
0081 | ZEL STG RM FDK = ROTO_ZEL-STG-RM-FDK | R | HANDLE 1 | cwl | s | 100800
0082 | ZEL STG RM FFK = ROTO_ZEL-STG-RM-FFK | C | CONTACT 1 | cw | s | 100800
0083 | ZEL STG RM FSS UP3 = ROTO_ZEL-STG-RM-FSS-UP3 | K | INPUT_KEY 1-3 | c | s | -
0084 | 263 160 = SCHUECO_263-160 | CO2 | CO2 1 | cw | s | 100800
0086 | 263 146 = SCHUECO_263-146 | B | BLIND 1 | a | s | -
0087 | 263 147 = SCHUECO_263-147 | B | BLIND 1 | a | s | -
0088 | 263 132 = SCHUECO_263-132 | D | DIMMER_L 1 | a | - | -
0089 | 263 134 = SCHUECO_263-134 | D | DIMMER_T 1 | a | - | -
008A | 263 133 = SCHUECO_263-133 | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | - | -
008B | 263 130 = SCHUECO_263-130 | S | SWITCH 1 | a | s | -
008C | 263 131 = SCHUECO_263-131 | S | SWITCH 1 | a | s | -
008D | 263 135 = SCHUECO_263-135 | K | KEY 1-2 | cwl | s | -
008E | 263 155 = SCHUECO_263-155 | K | KEY 1-20 | c | s | -
008F | 263 145 = SCHUECO_263-145 | K | KEY 1 | c | s | -
0090 | 263 162 = SCHUECO_263-162 | M | GUARD_MOTION 1 | cwl | s | 2400
0091 | 263 167 = SCHUECO_263-167 | SD | SMOKE 1 | b | - | 1209600
0092 | 263 144 = SCHUECO_263-144 | K | INPUT_KEY 1 | c | s | -
0093 | 263 158 = SCHUECO_263-158 | TH | CLIMATE 1 | fcw | - | 1200
0094 | 263 157 = SCHUECO_263-157 | TH | CLIMATE 1 | cw | - | 1200
0095 | HM-CC-RT-DN | RT | WEATHER_RECEIVER 1, CLIMATE_RECEIVER 2, WINDOW 3, RT 4, TEAM_RECEIVER 5, REMOTE 6 | fcw | s | 1200
0096 | WDF solar = WDF-SOLAR | X | ROOF_WINDOW 1, BLIND 2-3 | b | s | -
009B | 263_149_/_263_150 = SCHUECO_263-XXX | X | WINDOW_ACTUATOR 1, WINDOW_SENSOR 2, SECURITY_ACTUATOR 3 | cw | s | 100800
009F | HM-Sen-Wa-Od | F | FILLING 1 | cw | s | 100800
00A0 | HM-RC-4-2 | K | KEY 1-4 | cwl | s | -
00A1 | HM-LC-Sw1-Pl-2 = HM-LC-SW1-PL2 | S | SWITCH 1 | a | s | -
00A2 | ZEL STG RM FZS-2 = ROTO_ZEL-STG-RM-FZS-2 | S | SWITCH 1 | a | s | -
00A3 | HM-LC-Dim1L-Pl-2 | D | DIMMER_L 1 | a | - | -
00A4 | HM-LC-Dim1T-Pl-2 | D | DIMMER_T 1 | a | - | -
00A5 | HM-RC-Sec4-2 | K | KEY 1-4 | cwl | s | -
00A6 | HM-RC-Key4-2 | K | KEY 1-4 | cwl | s | -
00A7 | HM-Sen-RD-O | RD | RAIN 1, RAIN_HEATER 2 | a | s | 100800
00A8 | HM-WDS30-OT2-SM | OT2 | TEMPERATURE 1-5 | fcw | - | 40000
00A9 | HM-PB-6-WM55 | K | KEY 1-6 | cwl | s | -
00AA | HM-Sec-SD-2 | SD2 | SIGNED_SMOKE 1 | bc | s | 259200
00AB | HM-LC-Sw4-Ba-PCB | SB | SWITCH 1-4 | b | s | -
00AC | HM-ES-PMSw1-Pl | P | SWITCH 1, POWER 2, POWER_CONDITION 3, CURRENT_CONDITION 4, VOLTAGE_CONDITION 5, FREQUENCY_CONDITION 6 | a | s | 1200
00AD | HM-TC-IT-WM-W-EU | TCIT | CLIMATE_TRANSMIT 1, IT 2, WINDOW 3, REMOTE 6, SWITCH_TRANSMIT 7 | bcw | s | 1200
00AE | HM-WDS100-C6-O-2 | KS | WEATHER_STATION 1 | fcw | - | 1200
00AF | HM-OU-CM-PCB | CH | MELODY_CHIME 1 | a | s | -
00B1 | HM-Sec-SC-2 | C | CONTACT 1 | cw | s | 100800
00B2 | HM-Sec-WDS-2 | W | WATER 1 | cw | s | 100800
00B3 | HM-LC-Dim1L-Pl-3 | DR | DIMMER_LV 1, VIRTUAL_DIMMER_LV 2-3 | a | s | -
00B4 | HM-LC-Dim1T-Pl-3 | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
00B5 | HM-LC-Dim1PWM-CV-2 | DR | DIMMER_PWM 1, VIRTUAL_DIMMER_PWM 2-3 | a | s | -
00B6 | HM-LC-Dim1TPBU-FM-2 | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
00B7 | HM-LC-Dim1L-CV-2 | DR | DIMMER_LV 1, VIRTUAL_DIMMER_LV 2-3 | a | s | -
00B8 | HM-LC-Dim2L-SM-2 | DR | DIMMER_LV 1-2, VIRTUAL_DIMMER_LV 3-6 | a | s | -
00B9 | HM-LC-Dim1T-CV-2 | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
00BA | HM-LC-Dim1T-FM-2 | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
00BB | HM-LC-Dim2T-SM-2 | DR | DIMMER 1-2, VIRTUAL_DIMMER 3-6 | a | s | -
00BC | HM-WDS40-TH-I-2 | TH | CLIMATE 1 | fcw | s | 1200
00BD | HM-CC-RT-DN-BoM | RT | WEATHER_RECEIVER 1, CLIMATE_RECEIVER 2, WINDOW 3, RT_BOM 4, TEAM_RECEIVER 5, REMOTE 6 | fcw | s | 1200
00BE | HM-MOD-Re-8 | SB | SWITCH 1-8 | b | s | -
00BF | HM-PB-2-FM | K | KEY 1-2 | cwl | s | -
00C0 | HM-Sec-MDIR-2 | M | GUARD_MOTION 1 | cwl | s | 2400
00C1 | HM-Sen-MDIR-O-2 | M | MOTION 1 | cwl | s | 2400
00C2 | HM-PB-2-WM55-2 | K | KEY 1-2 | cwl | s | -
00C3 | HM-Sec-RHS-2 | R | HANDLE 1 | cwl | s | 100800
00C7 | HM-Sec-SCo | C | CONTACT 1 | cwl | s | 10000
00C8 | HM-LC-Sw1-Pl-3 | S | SWITCH 1 | a | s | -
00C9 | HM-LC-Sw1-SM-2 | S | SWITCH 1 | a | s | -
00CA | HM-LC-Sw1-FM-2 | S | SWITCH 1 | a | s | -
00CB | HM-LC-Sw2-FM-2 | S | SWITCH 1-2 | a | s | -
00CC | HM-LC-Sw2-DR-2 | S | SWITCH 1-2 | a | s | -
00CD | HM-LC-Sw4-SM-2 | S | SWITCH 1-4 | a | s | -
00CE | HM-LC-Sw4-PCB-2 | S | SWITCH 1-4 | a | s | -
00CF | HM-LC-Sw4-WM-2 | S | SWITCH 1-4 | a | s | -
00D0 | HM-LC-Sw4-DR-2 | S | SWITCH 1-4 | a | s | -
00D1 | HM-LC-Bl1-SM-2 | B | BLIND 1 | a | s | -
00D2 | HM-LC-Bl1-FM-2 | B | BLIND 1 | a | s | -
00D3 | HM-Dis-WM55 | K | DISPLAY_KEY 1-2, DISPLAY_TEXT 3-10 | cw | - | -
00D4 | HM-RC-4-3 | K | KEY 1-4 | cwl | s | -
00D5 | HM-RC-Sec4-3 | K | KEY 1-4 | cwl | s | -
00D6 | HM-RC-Key4-3 | K | KEY 1-4 | cwl | s | -
00D7 | HM-ES-PMSw1-Pl-DN-R1 | P | SWITCH 1, POWER 2, POWER_CONDITION 3, CURRENT_CONDITION 4, VOLTAGE_CONDITION 5, FREQUENCY_CONDITION 6 | a | s | 1200
00D8 | HM-LC-Sw1-Pl-DN-R1 | S | SWITCH 1 | a | s | -
00D9 | HM-MOD-EM-8 | K | INPUT 1-8 | wl | s | -
00DA | HM-RC-8 | K | KEY 1-8 | cwl | s | -
00DB | HM-Sen-MDIR-WM55 | MK | KEY 1-2, MOTION 3 | cwl | s | -
00DC | HM-Sen-DB-PCB | K | DOORBELL 1 | cw | s | -
00DD | HM-PB-4Dis-WM-2 | K | KEY 1-20 | cwl | s | -
00DE | HM-ES-TX-WM | PT | METER 1, METER_2 2 | cw | s | 1200
00E0 | HM-RC-2-PBU-FM | K | KEY 1-2 | a | s | -
00E1 | HM-RC-Dis-H-x-EU | K | KEY 1-20 | cwl | s | -
00E2 | HM-ES-PMSw1-Pl-DN-R2 | P | SWITCH 1, POWER 2, POWER_CONDITION 3, CURRENT_CONDITION 4, VOLTAGE_CONDITION 5, FREQUENCY_CONDITION 6 | a | s | 1200
00E3 | HM-ES-PMSw1-Pl-DN-R3 | P | SWITCH 1, POWER 2, POWER_CONDITION 3, CURRENT_CONDITION 4, VOLTAGE_CONDITION 5, FREQUENCY_CONDITION 6 | a | s | 1200
00E4 | HM-ES-PMSw1-Pl-DN-R4 | P | SWITCH 1, POWER 2, POWER_CONDITION 3, CURRENT_CONDITION 4, VOLTAGE_CONDITION 5, FREQUENCY_CONDITION 6 | a | s | 1200
00E5 | HM-ES-PMSw1-Pl-DN-R5 | P | SWITCH 1, POWER 2, POWER_CONDITION 3, CURRENT_CONDITION 4, VOLTAGE_CONDITION 5, FREQUENCY_CONDITION 6 | a | s | 1200
00E6 | HM-LC-Sw1-Pl-DN-R2 | S | SWITCH 1 | a | s | -
00E7 | HM-LC-Sw1-Pl-DN-R3 | S | SWITCH 1 | a | s | -
00E8 | HM-LC-Sw1-Pl-DN-R4 | S | SWITCH 1 | a | s | -
00E9 | HM-LC-Sw1-Pl-DN-R5 | S | SWITCH 1 | a | s | -
00EA | HM-ES-PMSw1-DR | P | SWITCH 1, POWER 2, POWER_CONDITION 3, CURRENT_CONDITION 4, VOLTAGE_CONDITION 5, FREQUENCY_CONDITION 6 | a | s | 1200
00EB | HM-LC-Sw1-Pl-CT-R1 | S | SWITCH 1 | a | s | -
00EC | HM-LC-Sw1-Pl-CT-R2 | S | SWITCH 1 | a | s | -
00ED | HM-LC-Sw1-Pl-CT-R3 | S | SWITCH 1 | a | s | -
00EE | HM-LC-Sw1-Pl-CT-R4 | S | SWITCH 1 | a | s | -
00EF | HM-LC-Sw1-Pl-CT-R5 | S | SWITCH 1 | a | s | -
00F0 | HM-LC-Sw1-DR | S | SWITCH 1 | a | s | -
00F3 | ST6-SH = SENSOTIMER-ST-6 | S | SPRINKLER 1-2, SOIL 3-4, TIMER_KEY 5-7, ECO_KEY 8-9 | bc | s | -
00F4 | HM-LC-RGBW-WM | RGB | COLOUR_DIMMER 1, COLOUR 2, COLOUR_PROGRAM 3 | a | - | -
00F5 | HM-LC-Dim1T-FM-LF | DR | DIMMER_T 1 | a | s | -
00F6 | HM-ES-PMSw1-SM | P | SWITCH 1, POWER 2, POWER_CONDITION 3, CURRENT_CONDITION 4, VOLTAGE_CONDITION 5, FREQUENCY_CONDITION 6 | a | s | 1200
00F7 | HM-Sec-MDIR-3 | M | GUARD_MOTION 1 | cwl | s | 2400
00F8 | HM-RC-4-3-D | K | KEY 1-4 | cwl | s | -
00F9 | HM-Sec-Sir-WM | SIR | SIREN_SENSOR 1-2, SIREN_PANIC 3, ARMING 4 | bc | s | -
00FA | HM-OU-CFM-TW | CH | MELODY_LED 1, MELODY_CHIME 2 | bc | s | -
00FB | HM-Dis-EP-WM55 | K | KEY 1-2, DISPLAY_LINES 3, DISPLAY_TEXT 4-8 | bc | s | -
00FC | OLIGO.smart.iq.HM = OLIGO-SMART-IQ-HM | DR | OUTPUT 1-2, VIRTUAL_OUTPUT 3-6 | a | s | -
00FD | HM-Sen-LI-O | LUX | LUX 1 | cw | s | 187200
0101 | HM-LC-Sw2PBU-FM | S | SWITCH 1-2 | a | s | -
0102 | HM-WDS30-OT2-SM-2 | OT2 | TEMPERATURE 1-5 | fcw | - | 40000
0103 | HM-LC-Sw1-PCB | S | SWITCH 1 | a | s | -
0104 | HM-LC-AO-SM | DR | OUTPUT 1, VIRTUAL_OUTPUT 2-3 | a | s | -
0105 | HM-LC-Dim1T-DR | DR | DIMMER 1, VIRTUAL_DIMMER 2-3 | a | s | -
0106 | HM-MOD-EM-8Bit | K | KEY 1-2, INPUT_BYTE 3 | cwl | s | -
0107 | HM-LC-Ja1PBU-FM | J | JALOUSIE 1 | a | s | -
0108 | HM-LC-DW-WM = HM-HM-LC-DW-WM | DR | WHITE_BRIGHTNESS 1, WHITE_COLOUR 2, VIRTUAL_WHITE_BRIGHTNESS 3, VIRTUAL_WHITE_COLOUR 4, VIRTUAL_WHITE_BRIGHTNESS 5, VIRTUAL_WHITE_COLOUR 6 | a | s | -
0109 | HM-DW-WM | DR | DIMMER_PWM 1-2, VIRTUAL_DIMMER_PWM 3-6 | a | s | -
010A | HM-Sen-MDIR-O-3 | M | MOTION 1 | cwl | s | 2400
010C | HM-RC-2-PBU-FM-2 | K | KEY 1-2 | a | s | -
8001 | PS-SwITCH | S | SWITCH 1-4 | a | - | -
8002 | PS-TH-SENS | TH | CLIMATE 1, STATION_SENSOR 2-4 | a | - | -
"""

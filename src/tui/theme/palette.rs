//! The colours of each theme.

use ratatui::style::Color;

use super::ThemeChoice;

/// One colour for every purpose; text and background stay the terminal's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Palette {
    pub(super) title: Color,
    pub(super) label: Color,
    pub(super) faint: Color,
    pub(super) border: Color,
    pub(super) track: Color,
    pub(super) fill: Color,
    pub(super) accent: Color,
    pub(super) ink: Color,
    pub(super) next: Color,
    pub(super) base: Color,
    pub(super) good: Color,
    pub(super) bad: Color,
    pub(super) warn: Color,
    pub(super) goal: Color,
    pub(super) live: Color,
    pub(super) reference: Color,
    pub(super) shadow: Color,
    pub(super) heat: [Color; 8],
    pub(super) parts: [Color; 5],
}

const fn hex(value: u32) -> Color {
    let [_, red, green, blue] = value.to_be_bytes();
    Color::Rgb(red, green, blue)
}

const fn all<const N: usize>(values: [u32; N]) -> [Color; N] {
    let mut colours = [Color::Reset; N];
    let mut at = 0;
    while at < N {
        colours[at] = hex(values[at]);
        at += 1;
    }
    colours
}

impl Palette {
    pub(super) fn of(name: ThemeChoice) -> Self {
        match name {
            ThemeChoice::Dark | ThemeChoice::Plain => DARK,
            ThemeChoice::Light => LIGHT,
            ThemeChoice::Contrast => HIGH_CONTRAST,
            ThemeChoice::ColourBlind => COLOUR_BLIND,
        }
    }
}

const DARK: Palette = Palette {
    title: hex(0x00cf_d8e3),
    label: hex(0x0094_9fb0),
    faint: hex(0x0069_7385),
    border: hex(0x003f_4857),
    track: hex(0x0055_5f70),
    fill: hex(0x003f_9c9a),
    accent: hex(0x005f_d7c4),
    ink: hex(0x0012_171f),
    next: hex(0x00f2_b661),
    base: hex(0x00b3_a6e8),
    good: hex(0x008f_ce8a),
    bad: hex(0x00f0_7f73),
    warn: hex(0x00ec_c06c),
    goal: hex(0x00f0_8fb0),
    live: hex(0x0058_cfc0),
    reference: hex(0x00a5_9ae0),
    shadow: hex(0x0030_2f4c),
    heat: all([
        0x0013_2530,
        0x0015_3a4a,
        0x0017_5465,
        0x001f_727d,
        0x002f_9491,
        0x0057_b9a0,
        0x009c_dab0,
        0x00ec_f6c4,
    ]),
    parts: all([
        0x006f_9fe8,
        0x0058_cfc0,
        0x00d6_a3e0,
        0x00f2_b661,
        0x0079_8496,
    ]),
};

const LIGHT: Palette = Palette {
    title: hex(0x001f_2937),
    label: hex(0x0055_606f),
    faint: hex(0x0085_8f9c),
    border: hex(0x00b6_bec9),
    track: hex(0x00a3_acb8),
    fill: hex(0x005a_a7a6),
    accent: hex(0x0000_7a78),
    ink: hex(0x00ff_ffff),
    next: hex(0x00b3_5c00),
    base: hex(0x0062_4fb5),
    good: hex(0x002c_7a33),
    bad: hex(0x00b9_2c22),
    warn: hex(0x0099_6000),
    goal: hex(0x00b4_1f63),
    live: hex(0x0013_8a87),
    reference: hex(0x008d_82cc),
    shadow: hex(0x00e4_e1f5),
    heat: all([
        0x00e1_f0f0,
        0x00bf_e0e2,
        0x0096_cad1,
        0x0065_aebb,
        0x003b_8fa2,
        0x0021_6f87,
        0x0015_4f68,
        0x000c_3146,
    ]),
    parts: all([
        0x002f_62b5,
        0x0013_8a87,
        0x008c_44a0,
        0x00b3_5c00,
        0x007b_8592,
    ]),
};

const HIGH_CONTRAST: Palette = Palette {
    title: hex(0x00ff_ffff),
    label: hex(0x00e4_e4e4),
    faint: hex(0x00c0_c0c0),
    border: hex(0x00a8_a8a8),
    track: hex(0x00c0_c0c0),
    fill: hex(0x0000_ffff),
    accent: hex(0x0000_ffff),
    ink: hex(0x0000_0000),
    next: hex(0x00ff_ff00),
    base: hex(0x00ff_afff),
    good: hex(0x0000_ff5f),
    bad: hex(0x00ff_5f5f),
    warn: hex(0x00ff_d700),
    goal: hex(0x00ff_5fff),
    live: hex(0x0000_ffff),
    reference: hex(0x00ff_afff),
    shadow: hex(0x0058_3458),
    heat: all([
        0x0026_2626,
        0x0044_4444,
        0x0062_6262,
        0x0080_8080,
        0x009e_9e9e,
        0x00bc_bcbc,
        0x00dd_dddd,
        0x00ff_ffff,
    ]),
    parts: all([
        0x005f_afff,
        0x0000_ffff,
        0x00ff_afff,
        0x00ff_ff00,
        0x00c0_c0c0,
    ]),
};

const COLOUR_BLIND: Palette = Palette {
    title: hex(0x00d8_dee8),
    label: hex(0x009a_a4b2),
    faint: hex(0x006d_7788),
    border: hex(0x0044_4d5b),
    track: hex(0x005a_6474),
    fill: hex(0x003c_78b4),
    accent: hex(0x0061_ade8),
    ink: hex(0x0010_151c),
    next: hex(0x00f5_a742),
    base: hex(0x00d8_d0a8),
    good: hex(0x0061_ade8),
    bad: hex(0x00f2_8e2b),
    warn: hex(0x00f5_c242),
    goal: hex(0x00f2_8e2b),
    live: hex(0x0056_a5e6),
    reference: hex(0x00b9_9a5a),
    shadow: hex(0x0038_3022),
    heat: all([
        0x0000_224e,
        0x001f_3a6e,
        0x0043_4e6c,
        0x0061_6570,
        0x0080_7d78,
        0x00a6_9d75,
        0x00cf_bd66,
        0x00fe_e838,
    ]),
    parts: all([
        0x0034_73c4,
        0x0061_ade8,
        0x00d8_d0a8,
        0x00f5_a742,
        0x0079_8496,
    ]),
};

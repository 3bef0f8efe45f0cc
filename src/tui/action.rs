//! The one table of everything that a key does; the keymap, the footer, the help and the README are derived from it.

mod table;

pub use table::TABLE;

use crate::tui::model::Panel;

/// What a key, or the mouse in its stead, asks of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// One step to the left on the slider.
    StepLeft,
    /// One step to the right on the slider.
    StepRight,
    /// A long step to the left.
    LongLeft,
    /// A long step to the right.
    LongRight,
    /// Opens the entry of a value, beginning with the digit that was pressed.
    Digit,
    /// Opens the entry of a value, or applies the wish at once, or the mend that is offered.
    Enter,
    /// Puts the row back to where it is now.
    PutBack,
    /// Puts the row to its default.
    Default,
    /// Undoes the last turn.
    Undo,
    /// Takes the last undo back.
    Redo,
    /// Holds turns until Enter.
    Hold,
    /// Puts the first advice on its slider.
    Advice,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// The first row.
    First,
    /// The last row.
    Last,
    /// The next panel.
    NextPanel,
    /// The panel before.
    PreviousPanel,
    /// Goes back to the settings of the chosen trial.
    GoBack,
    /// Makes the chosen (else the live) trial the baseline.
    Base,
    /// Compares the chosen trial with the baseline.
    Compare,
    /// Sweeps values of the chosen row, or shows the sweep that was.
    Sweep,
    /// Shows claims about Kafka, to be put to the test.
    Claims,
    /// Writes a note beside the chosen (else the live) trial.
    Note,
    /// Opens a new row with the same settings.
    Again,
    /// Pauses the load, or goes on.
    Pause,
    /// Freezes the picture; the load goes on.
    Freeze,
    /// Takes a broker of the embedded cluster down, or up again.
    Broker,
    /// Saves the chosen (else the live) trial as a snapshot.
    Snapshot,
    /// Saves the settings as a profile.
    SaveProfile,
    /// Opens a profile or a snapshot.
    Open,
    /// Exports the settings of the chosen (else the live) trial for other clients.
    Export,
    /// Sets or clears goals.
    Goal,
    /// A longer time window.
    Longer,
    /// A shorter time window.
    Shorter,
    /// The time window that shows the whole run.
    WholeRun,
    /// Log or linear y axis.
    LogY,
    /// Percentiles by nines in place of the histogram.
    Nines,
    /// The next theme.
    Theme,
    /// Mouse on or off.
    Mouse,
    /// Writes the screen as a picture.
    Picture,
    /// Shows the help.
    Help,
    /// Back: closes, drops, ends an entry.
    Back,
    /// Stops the program until `fg`.
    Suspend,
    /// Leaves.
    Quit,
}

impl Action {
    /// Whether it works over a window that covers the panels as it does without one.
    #[must_use]
    pub fn works_over_windows(self) -> bool {
        matches!(
            self,
            Self::Help | Self::Quit | Self::Suspend | Self::Picture | Self::Theme | Self::Mouse
        )
    }
}

/// Where the help lists a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Sliders and values.
    Turn,
    /// Moving around.
    Move,
    /// Trials.
    Trials,
    /// The load.
    Load,
    /// Files and goals.
    Keep,
    /// What the screen shows.
    Show,
    /// Help and leaving.
    Leave,
}

impl Section {
    /// All sections, in the order of the help.
    pub const ALL: [Self; 7] = [
        Self::Turn,
        Self::Move,
        Self::Trials,
        Self::Load,
        Self::Keep,
        Self::Show,
        Self::Leave,
    ];

    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Move => "move",
            Self::Trials => "trials",
            Self::Load => "load",
            Self::Keep => "keep",
            Self::Show => "show",
            Self::Leave => "leave",
        }
    }
}

/// Where a key has its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Everywhere.
    Always,
    /// In the panels with sliders.
    Sliders,
    /// In the panel of trials.
    Trials,
}

impl When {
    /// Whether the key has its meaning in this panel.
    #[must_use]
    pub fn holds_in(self, panel: Panel) -> bool {
        match self {
            Self::Always => true,
            Self::Sliders => panel != Panel::Trials,
            Self::Trials => panel == Panel::Trials,
        }
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    /// What is asked.
    pub action: Action,
    /// Its name, for messages and tests.
    pub name: &'static str,
    /// The keys in words, as `keymap::text` writes them; `0-9` stands for any digit.
    pub keys: &'static [&'static str],
    /// How help and footer print the keys (`←→`).
    pub shown: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
    /// Where the help lists it.
    pub section: Section,
    /// The short label in the footer, if it stands there.
    pub footer: Option<&'static str>,
    /// Where the key has its meaning.
    pub when: When,
}

const fn row(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    shown: &'static str,
    help: &'static str,
) -> Row {
    Row {
        action,
        name,
        keys,
        shown,
        help,
        section: Section::Turn,
        footer: None,
        when: When::Always,
    }
}

impl Row {
    const fn section(mut self, section: Section) -> Self {
        self.section = section;
        self
    }

    const fn footer(mut self, label: &'static str) -> Self {
        self.footer = Some(label);
        self
    }

    const fn only(mut self, when: When) -> Self {
        self.when = when;
        self
    }
}

/// The rows that the footer shows in a panel: the shown keys and the short label, most useful first.
#[must_use]
pub fn footer(panel: Panel) -> Vec<(&'static str, &'static str)> {
    let steps = (panel != Panel::Trials).then_some(("←→", "step"));
    let chosen = (panel == Panel::Trials).then_some(("↑↓", "choose"));
    let rows = TABLE
        .iter()
        .filter(|row| row.when.holds_in(panel))
        .filter_map(|row| row.footer.map(|label| (row.shown, label)));
    steps.into_iter().chain(chosen).chain(rows).collect()
}

/// The help: every section with its rows.
pub fn help() -> impl Iterator<Item = (Section, Vec<&'static Row>)> {
    Section::ALL.into_iter().map(|section| {
        let rows = TABLE.iter().filter(|row| row.section == section).collect();
        (section, rows)
    })
}

/// The first row of an action, for messages that name its key.
#[must_use]
pub fn key_of(action: Action) -> &'static str {
    TABLE
        .iter()
        .find(|row| row.action == action)
        .map_or("", |row| row.shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_fits_into_the_help() {
        for row in TABLE {
            assert!(row.help.chars().count() <= 48, "{}: {}", row.name, row.help);
            assert!(row.shown.chars().count() <= 5, "{}", row.name);
        }
    }

    #[test]
    fn every_row_stands_in_one_section_of_the_help() {
        let listed: usize = help().map(|(_, rows)| rows.len()).sum();
        assert_eq!(listed, TABLE.len());
    }
}

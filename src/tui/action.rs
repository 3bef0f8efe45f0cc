//! The one table of everything that a key does; the keymap, the footer, the help and the README are derived from it.

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
    /// Compares the chosen trial with the live one.
    Compare,
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
    /// Exports the session.
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

/// Every key. The footer shows rows in this order, as many as fit.
pub static TABLE: &[Row] = &[
    row(
        Action::StepLeft,
        "step-left",
        &["left", "h"],
        "← h",
        "one step to the left",
    )
    .only(When::Sliders),
    row(
        Action::StepRight,
        "step-right",
        &["right", "l"],
        "→ l",
        "one step to the right",
    )
    .only(When::Sliders),
    row(
        Action::LongLeft,
        "long-left",
        &["<", "shift-left"],
        "<",
        "a long step to the left",
    )
    .only(When::Sliders),
    row(
        Action::LongRight,
        "long-right",
        &[">", "shift-right"],
        ">",
        "a long step to the right",
    )
    .only(When::Sliders),
    row(
        Action::Digit,
        "type",
        &["0-9"],
        "0-9",
        "type a value: 64KiB, 5ms, 20k, max",
    )
    .footer("type")
    .only(When::Sliders),
    row(
        Action::Enter,
        "enter",
        &["enter"],
        "⏎",
        "apply now (or the mend); else type a value",
    )
    .only(When::Sliders),
    row(
        Action::PutBack,
        "put-back",
        &["backspace"],
        "⌫",
        "put the row back to where it is now",
    )
    .only(When::Sliders),
    row(
        Action::Default,
        "default",
        &["d"],
        "d",
        "put the row to its default",
    )
    .footer("default")
    .only(When::Sliders),
    row(
        Action::Undo,
        "undo",
        &["z"],
        "z",
        "undo the last turn (a new row)",
    )
    .footer("undo"),
    row(Action::Redo, "redo", &["Z"], "Z", "take the undo back"),
    row(
        Action::Hold,
        "hold",
        &["H"],
        "H",
        "hold turns until Enter: one set, one trial",
    ),
    row(
        Action::Advice,
        "advice",
        &["A"],
        "A",
        "put the advice on its slider",
    ),
    row(Action::Up, "up", &["up", "k"], "↑ k", "one row up").section(Section::Move),
    row(Action::Down, "down", &["down", "j"], "↓ j", "one row down").section(Section::Move),
    row(
        Action::First,
        "first",
        &["home", "pageup"],
        "Home",
        "the first row",
    )
    .section(Section::Move),
    row(
        Action::Last,
        "last",
        &["end", "pagedown"],
        "End",
        "the last row",
    )
    .section(Section::Move),
    row(
        Action::GoBack,
        "go-back",
        &["enter"],
        "⏎",
        "go back to the chosen trial's settings",
    )
    .section(Section::Trials)
    .footer("go back to it")
    .only(When::Trials),
    row(
        Action::Base,
        "base",
        &["b"],
        "b",
        "make the chosen or live trial the baseline",
    )
    .section(Section::Trials)
    .footer("base"),
    row(
        Action::Compare,
        "compare",
        &["c"],
        "c",
        "compare the chosen trial with the live one",
    )
    .section(Section::Trials)
    .footer("compare"),
    row(
        Action::Note,
        "note",
        &["n"],
        "n",
        "write a note beside the chosen or live trial",
    )
    .section(Section::Trials),
    row(
        Action::Again,
        "again",
        &["ctrl-r"],
        "^R",
        "a new row with the same settings",
    )
    .section(Section::Trials),
    row(
        Action::Pause,
        "pause",
        &["p"],
        "p",
        "pause the load, or go on",
    )
    .section(Section::Load)
    .footer("pause"),
    row(
        Action::Broker,
        "broker",
        &["D"],
        "D",
        "take an embedded broker down, or up again",
    )
    .section(Section::Load),
    row(
        Action::Freeze,
        "freeze",
        &["f"],
        "f",
        "freeze the picture; the load goes on",
    )
    .section(Section::Show)
    .footer("freeze"),
    row(
        Action::Snapshot,
        "snapshot",
        &["s"],
        "s",
        "save the chosen or live trial as a snapshot",
    )
    .section(Section::Keep)
    .footer("snapshot"),
    row(
        Action::SaveProfile,
        "save-profile",
        &["w"],
        "w",
        "save the settings as a profile",
    )
    .section(Section::Keep),
    row(
        Action::Open,
        "open",
        &["o"],
        "o",
        "open a profile or a snapshot",
    )
    .section(Section::Keep),
    row(Action::Export, "export", &["x"], "x", "export the session")
        .section(Section::Keep)
        .footer("export"),
    row(
        Action::Goal,
        "goal",
        &["g"],
        "g",
        "set goals: p99<20ms, failed=0; empty: none",
    )
    .section(Section::Keep),
    row(
        Action::Longer,
        "longer",
        &["+", "="],
        "+",
        "a longer time window",
    )
    .section(Section::Show),
    row(
        Action::Shorter,
        "shorter",
        &["-"],
        "−",
        "a shorter time window",
    )
    .section(Section::Show),
    row(
        Action::WholeRun,
        "whole-run",
        &["a"],
        "a",
        "the whole run in the time window",
    )
    .section(Section::Show),
    row(
        Action::LogY,
        "log-y",
        &["L"],
        "L",
        "log or linear y axis of the histogram",
    )
    .section(Section::Show),
    row(
        Action::Nines,
        "nines",
        &["%"],
        "%",
        "percentiles by nines in place of the histogram",
    )
    .section(Section::Show),
    row(Action::Theme, "theme", &["t"], "t", "the next theme").section(Section::Show),
    row(
        Action::Mouse,
        "mouse",
        &["m"],
        "m",
        "mouse on or off (off: select text)",
    )
    .section(Section::Show),
    row(
        Action::Picture,
        "picture",
        &["S"],
        "S",
        "write the screen as SVG, hosts masked",
    )
    .section(Section::Keep),
    row(
        Action::NextPanel,
        "next-panel",
        &["tab"],
        "Tab",
        "the next panel",
    )
    .section(Section::Move)
    .footer("panel"),
    row(
        Action::PreviousPanel,
        "previous-panel",
        &["shift-tab"],
        "⇧Tab",
        "the panel before",
    )
    .section(Section::Move),
    row(Action::Help, "help", &["?", "f1"], "?", "this help")
        .section(Section::Leave)
        .footer("help"),
    row(
        Action::Back,
        "back",
        &["esc"],
        "Esc",
        "back: drop the turn, end an entry, close",
    )
    .section(Section::Leave),
    row(
        Action::Suspend,
        "suspend",
        &["ctrl-z"],
        "^Z",
        "stop the program until fg; the load pauses",
    )
    .section(Section::Leave),
    row(
        Action::Quit,
        "quit",
        &["q", "ctrl-c"],
        "q",
        "leave; the session's trials are printed",
    )
    .section(Section::Leave)
    .footer("quit"),
];

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

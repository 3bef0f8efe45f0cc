//! The table of actions: keymap, footer, help and README are made from it.

use super::{Action, Row, Section, When, row};

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
        "compare the chosen trial with the baseline",
    )
    .section(Section::Trials)
    .footer("compare"),
    row(
        Action::Sweep,
        "sweep",
        &["W"],
        "W",
        "sweep values of the chosen row: which is best?",
    )
    .section(Section::Trials)
    .footer("sweep"),
    row(
        Action::Claims,
        "claims",
        &["C"],
        "C",
        "claims about Kafka, put to the test",
    )
    .section(Section::Trials)
    .footer("claims"),
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
        "take a broker of ours down, or up again",
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
    row(
        Action::Export,
        "export",
        &["x"],
        "x",
        "export the settings for Java, Spring, Connect …",
    )
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

//! What stands in front of the screen: one line to type, a list, a question, the consent before load.

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::dialog::{Ask, Connect, Dialog, FileKind, OpenList, Purpose};
use crate::tui::theme::Role;
use crate::tui::view::scene::Scene;
use crate::tui::view::{clients, help};
use crate::tui::widgets::number::{bytes, float, grouped, short, span};
use crate::tui::widgets::pen::{Pen, cut, width, wrap};

/// Draws the dialog in front, if there is one.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    match &scene.model.dialog {
        None => {}
        Some(Dialog::Help { scroll }) => help::draw(pen, *scroll, scene),
        Some(Dialog::Ask(ask)) => line_to_type(pen, ask, scene),
        Some(Dialog::Open(list)) => open(pen, list, scene),
        Some(Dialog::Export(list)) => clients::draw(pen, *list, scene),
        Some(Dialog::Quit { lost }) => quit(pen, lost, scene),
        Some(Dialog::Connect(connect)) => consent(pen, connect, scene),
    }
}

/// Lines above a window over the panels (the header stays live) and below it (messages and keys).
const ABOVE: u16 = 2;
const BELOW: u16 = 3;
/// More columns than this make nothing clearer.
const WIDEST: u16 = 150;

/// Where a window over all panels opens, and its size.
#[must_use]
pub fn over_panels(whole: Rect) -> (Rect, (u16, u16)) {
    let room = Rect {
        y: whole.y + ABOVE.min(whole.height),
        height: whole.height.saturating_sub(ABOVE + BELOW),
        ..whole
    };
    (room, (room.width.min(WIDEST), room.height))
}

/// Opens an empty framed window of that size (or what fits) in the middle, and says where its inside is.
pub fn window<'b>(
    pen: &'b mut Pen<'_>,
    (w, h): (u16, u16),
    title: &str,
    note: &str,
    scene: &Scene<'_>,
) -> (Pen<'b>, Rect) {
    let whole = pen.area();
    let (w, h) = (w.min(whole.width), h.min(whole.height));
    let area = Rect::new(
        whole.x + (whole.width - w) / 2,
        whole.y + (whole.height - h) / 2,
        w,
        h,
    );
    let mut window = pen.part(area);
    window.clear();
    let title = Line::from(scene.span(Role::Title, format!(" {title} ")));
    window.frame(scene.style(Role::Focus), &title);
    let taken = u16::try_from(title.width()).unwrap_or(u16::MAX);
    if !note.is_empty() {
        let note = Line::from(scene.span(Role::Label, format!(" {note} ")));
        window.edge_note(0, taken, &note);
    }
    let inner = super::layout::inside(area);
    let inner = Rect {
        x: inner.x + inner.width.min(1),
        width: inner.width.saturating_sub(2),
        ..inner
    };
    (window, inner)
}

fn entry(pen: &mut Pen<'_>, y: u16, text: &str, scene: &Scene<'_>) {
    let room = pen.width().saturating_sub(3);
    let start = usize::from(width(text).saturating_sub(room));
    let tail: String = text.chars().skip(start).collect();
    let end = pen.text(0, y, "› ", scene.style(Role::Key));
    let end = pen.text(end, y, tail, scene.style(Role::Figure));
    pen.text(end, y, "▏", scene.style(Role::Next));
}

fn line_to_type(pen: &mut Pen<'_>, ask: &Ask, scene: &Scene<'_>) {
    let wide = ask.purpose == Purpose::Sweep;
    let size = if wide { (78, 7) } else { (64, 6) };
    let (mut window, inner) = window(pen, size, &ask.purpose.title(), "", scene);
    let mut part = window.part(inner);
    let room = part.width();
    entry(&mut part, 1, ask.entry.value(), scene);
    if let Some(preview) = &ask.preview {
        part.text(
            2,
            2,
            cut(preview, room.saturating_sub(2)),
            scene.style(Role::Figure),
        );
    }
    let (role, text) = match &ask.problem {
        Some(problem) => (Role::Bad, format!("✗ {problem}")),
        None => (Role::Label, ask.purpose.hint().to_owned()),
    };
    let bottom = part.height().saturating_sub(1);
    let lines = wrap(&text, room);
    let first = bottom.saturating_sub(
        u16::try_from(lines.len().saturating_sub(1))
            .unwrap_or(0)
            .min(1),
    );
    for (y, line) in (first..=bottom).zip(lines) {
        part.text(0, y, line, scene.style(role));
    }
}

fn quit(pen: &mut Pen<'_>, lost: &str, scene: &Scene<'_>) {
    let lines = wrap(lost, 56);
    let height = u16::try_from(lines.len()).unwrap_or(1) + 5;
    let (mut window, inner) = window(pen, (62, height), "leave?", "", scene);
    let mut part = window.part(inner);
    let mut y = 1;
    for line in lines {
        part.text(0, y, line, scene.style(Role::Text));
        y += 1;
    }
    let keys = Line::from(vec![
        scene.span(Role::Key, "y"),
        scene.span(Role::Label, " leave   "),
        scene.span(Role::Key, "Esc"),
        scene.span(Role::Label, " stay"),
    ]);
    part.line(0, y + 1, &keys);
}

fn open(pen: &mut Pen<'_>, list: &OpenList, scene: &Scene<'_>) {
    let files = list.files.as_deref().unwrap_or(&[]);
    let count = u16::try_from(files.len()).unwrap_or(u16::MAX);
    let height = count.saturating_add(4).clamp(7, 24);
    let (mut window, inner) = window(
        pen,
        (84, height),
        "open",
        "↑↓ choose · ⏎ open · Esc back",
        scene,
    );
    let mut part = window.part(inner);
    let nothing = match (&list.problem, &list.files) {
        (Some(problem), _) => Some((Role::Bad, problem.as_str())),
        (None, None) => Some((Role::Label, "reading …")),
        (None, Some(files)) if files.is_empty() => Some((
            Role::Label,
            "no profile and no snapshot yet: w and s make them",
        )),
        _ => None,
    };
    if let Some((role, text)) = nothing {
        part.text(0, 1, text, scene.style(role));
        return;
    }
    let room = usize::from(part.height());
    let first = (list.at + 1).saturating_sub(room);
    for (y, (at, file)) in (0..part.height()).zip(files.iter().enumerate().skip(first)) {
        let chosen = at == list.at;
        let role = match (chosen, file.usable) {
            (_, false) => Role::Idle,
            (true, true) => Role::Cursor,
            (false, true) => Role::Text,
        };
        part.text(
            0,
            y,
            if chosen { "▸" } else { " " },
            scene.style(Role::Cursor),
        );
        let kind = match file.kind {
            FileKind::Profile => "profile ",
            FileKind::Snapshot => "snapshot",
        };
        part.text(2, y, kind, scene.style(Role::Label));
        part.text(12, y, cut(&file.name, 26), scene.style(role));
        let left = part.width().saturating_sub(40);
        let about = if file.usable { Role::Label } else { Role::Warn };
        part.text(40, y, cut(&file.about, left), scene.style(about));
    }
}

fn consent(pen: &mut Pen<'_>, connect: &Connect, scene: &Scene<'_>) {
    let lines = facts(connect);
    let wanted = u16::try_from(lines.len()).unwrap_or(20) + 6;
    let title = "load on a cluster that linger did not start";
    let (mut window, inner) = window(pen, (76, wanted), title, "", scene);
    let mut part = window.part(inner);
    let room = part.width().saturating_sub(13);
    let keep = part.height().saturating_sub(4);
    for (y, (name, text, role)) in (0..keep).zip(&lines) {
        part.text(0, y, name, scene.style(Role::Label));
        part.text(12, y, cut(text, room), scene.style(*role));
    }
    let bottom = part.height().saturating_sub(3);
    if connect.needs_name() {
        let text = format!(
            "Type the topic's name to start: {}",
            connect.facts.topic.name
        );
        let room = part.width();
        part.text(0, bottom, cut(&text, room), scene.style(Role::Warn));
        entry(&mut part, bottom + 1, connect.entry.value(), scene);
    } else {
        let keys = Line::from(vec![
            scene.span(Role::Key, "y"),
            scene.span(Role::Label, " start the load   "),
            scene.span(Role::Key, "Esc"),
            scene.span(Role::Label, " leave, nothing was sent"),
        ]);
        part.line(0, bottom + 1, &keys);
    }
    if let Some(problem) = &connect.problem {
        part.text(
            0,
            bottom + 2,
            format!("✗ {problem}"),
            scene.style(Role::Bad),
        );
    }
}

type Fact = (&'static str, String, Role);

/// What an operator wants to know before somebody else's load begins.
fn facts(connect: &Connect) -> Vec<Fact> {
    let facts = &connect.facts;
    let unknown = || "n/a".to_owned();
    let mut lines: Vec<Fact> = vec![
        (
            "cluster",
            facts.cluster_id.clone().unwrap_or_else(unknown),
            Role::Figure,
        ),
        (
            "security",
            match &facts.user {
                Some(user) => format!("{} as {user}", facts.security),
                None => format!("{}, nobody signed in", facts.security),
            },
            Role::Text,
        ),
    ];
    let version = facts.broker_version.clone().unwrap_or_else(unknown);
    let brokers: Vec<&str> = facts
        .brokers
        .iter()
        .map(|broker| broker.address.as_str())
        .collect();
    lines.push((
        "brokers",
        format!("{} ({version}): {}", brokers.len(), brokers.join(" ")),
        Role::Text,
    ));
    lines.push(("", String::new(), Role::Text));
    lines.extend(topic(connect));
    if connect.plan.others_write {
        lines.push((
            "",
            "end offsets move: someone else writes here".into(),
            Role::Warn,
        ));
    }
    lines.push(("", String::new(), Role::Text));
    lines.extend(load(connect));
    for gap in &facts.gaps {
        lines.push(("missing", gap.clone(), Role::Warn));
    }
    lines
}

fn topic(connect: &Connect) -> Vec<Fact> {
    let topic = &connect.facts.topic;
    let known = |count: Option<u32>| count.map_or_else(|| "n/a".into(), |count| count.to_string());
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "n/a".into());
    let most = topic
        .max_message_bytes
        .map_or_else(|| "n/a".into(), |size| bytes(float(size)));
    let owner = if topic.ours {
        "made by linger"
    } else {
        "NOT made by linger"
    };
    let role = if topic.ours { Role::Figure } else { Role::Warn };
    if topic.ours && topic.partitions == 0 {
        return vec![
            ("topic", topic.name.clone(), role),
            (
                "",
                "not there yet: linger makes it once you agree".into(),
                Role::Text,
            ),
        ];
    }
    let shape = format!(
        "{} partitions · replication {} · min.insync.replicas {}",
        topic.partitions,
        known(topic.replication_factor),
        known(topic.min_insync_replicas)
    );
    let keeping = format!(
        "cleanup {} · compression {} · messages to {most}",
        word(&topic.cleanup_policy),
        word(&topic.compression_type)
    );
    let kept = topic.retention_ms.map(|time| {
        let time = u64::try_from(time)
            .ok()
            .map(std::time::Duration::from_millis);
        time.map_or_else(
            || "kept for ever".into(),
            |time| format!("kept for {}", span(time)),
        )
    });
    let mut lines = vec![
        ("topic", format!("{} · {owner}", topic.name), role),
        ("", shape, Role::Text),
        ("", keeping, Role::Text),
    ];
    lines.extend(kept.map(|text| ("", text, Role::Text)));
    lines
}

fn load(connect: &Connect) -> Vec<Fact> {
    let plan = &connect.plan;
    let copies = connect.facts.topic.replication_factor.unwrap_or(1);
    let rate = plan.rate.map_or_else(
        || "full speed".into(),
        |rate| format!("{}/s", short(rate.0)),
    );
    let mut lines = vec![(
        "load",
        format!(
            "{rate} × {} = {}",
            bytes(float(plan.record.0)),
            flow(plan, copies)
        ),
        Role::Figure,
    )];
    if let Some(hourly) = plan.gib_per_hour(copies) {
        let text = format!("{hourly:.1} GiB/h on the brokers' disks");
        lines.push(("", text, Role::Text));
    }
    let ceiling = plan.ceiling.map_or_else(
        || "no ceiling".into(),
        |rate| format!("never above {}/s", short(rate.0)),
    );
    let budget = plan.byte_budget.map_or_else(
        || "no byte budget".into(),
        |size| format!("stops by itself at {}", bytes(float(size.0))),
    );
    lines.push(("bounds", format!("{ceiling} · {budget}"), Role::Text));
    lines
}

fn flow(plan: &crate::tui::dialog::LoadPlan, copies: u32) -> String {
    plan.mib_per_s().map_or_else(
        || "as much as the cluster takes".into(),
        |mib| format!("{mib:.1} MiB/s × {} replicas", grouped(u64::from(copies))),
    )
}

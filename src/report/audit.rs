//! What an audit found, as text: a verdict in a sentence, the counts with what they rest on, and what zero is worth.

use crate::audit::{Findings, Isolation, TopicAudit, upper_bound};

use super::format::{count, things};
use super::table::{Align, lines};

const COLUMNS: [Align; 4] = [Align::Left, Align::Right, Align::Left, Align::Left];

/// A count, what it was counted among, and what it means.
struct Line {
    name: &'static str,
    count: u64,
    of: u64,
    among: &'static str,
}

impl Line {
    fn cells(&self) -> Vec<String> {
        let among = format!("of {} {}", count(self.of), self.among);
        let bound = upper_bound(self.of).filter(|_| self.count == 0);
        let bound = bound.map_or_else(String::new, |share| {
            format!("at most {} (95 %)", share_text(share))
        });
        vec![self.name.to_owned(), count(self.count), among, bound]
    }
}

/// A share as people read it: `0.030 %`, `3.0e-8`.
fn share_text(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 0.001 {
        let digits = if percent >= 1.0 { 1 } else { 4 };
        format!("{percent:.digits$} %")
    } else {
        format!("{share:.1e}")
    }
}

/// The lines of a bench that was audited.
#[must_use]
pub fn run(findings: &Findings) -> Vec<String> {
    let line = |name, count, of, among| Line {
        name,
        count,
        of,
        among,
    };
    let all = [
        line("lost", findings.lost, findings.acknowledged, "acknowledged"),
        line(
            "duplicated",
            findings.duplicated,
            findings.unique,
            "in the log",
        ),
        line(
            "reordered",
            findings.reordered,
            findings.unique,
            "in the log",
        ),
        line(
            "unverified",
            findings.unverified,
            findings.acknowledged,
            "acknowledged, not all could be read",
        ),
        line(
            "resurrected",
            findings.resurrected,
            findings.failed,
            "failed for certain",
        ),
        line(
            "possibly written",
            findings.unknown_landed,
            findings.unknown,
            "unknown are in the log",
        ),
        line(
            "unreported",
            findings.unreported_landed,
            findings.unreported,
            "without a report are in the log",
        ),
        line(
            "offset mismatch",
            findings.offset_mismatch,
            findings.offsets_compared,
            "offsets compared",
        ),
        line("corrupt", findings.corrupt, findings.records, "read"),
        line("foreign", findings.foreign, findings.records, "read"),
    ];
    // The three that everybody asks for, and whatever else there is to say.
    let shown = all
        .iter()
        .enumerate()
        .filter(|(number, line)| *number < 3 || line.count > 0)
        .map(|(_, line)| indented(line.cells()));
    let mut text = vec![format!("audit    {}", sentence(findings))];
    text.extend(lines(&shown.collect::<Vec<_>>(), &COLUMNS));
    text.extend(
        findings
            .imbalances
            .iter()
            .map(|it| format!("         {it}")),
    );
    text
}

fn indented(mut cells: Vec<String>) -> Vec<String> {
    cells[0].insert_str(0, "         ");
    cells
}

fn sentence(findings: &Findings) -> String {
    if !findings.balances() {
        return "INVALID: the counts do not balance".into();
    }
    if findings.is_clean() {
        let unknown = match findings.unknown + findings.failed {
            0 => String::new(),
            _ => "; others failed".into(),
        };
        let aborted = match findings.aborted {
            0 => String::new(),
            aborted => format!("; none of {} aborted ones can be read", count(aborted)),
        };
        let acknowledged = count(findings.acknowledged);
        return format!(
            "each of {acknowledged} acknowledged records is in the log, once and in order{unknown}{aborted}"
        );
    }
    let kinds = [
        (findings.lost, "lost"),
        (findings.duplicated, "duplicated"),
        (findings.reordered, "reordered"),
        (
            findings.unverified,
            "not verified: gone from the log, or not read",
        ),
        (findings.resurrected, "failed yet in the log"),
        (findings.aborted_visible, "aborted yet visible"),
        (findings.torn_transactions, "transactions torn"),
        (findings.offset_mismatch, "not where they were acknowledged"),
        (findings.corrupt, "corrupt"),
    ];
    listed(&kinds)
}

fn listed(kinds: &[(u64, &str)]) -> String {
    let found = kinds.iter().filter(|(number, _)| *number > 0);
    let found = found.map(|(number, what)| format!("{} {what}", count(*number)));
    found.collect::<Vec<_>>().join(", ")
}

/// The judgement of a topic.
#[must_use]
pub fn topic(name: &str, audit: &TopicAudit) -> String {
    let line = |name, count, of, among| Line {
        name,
        count,
        of,
        among,
    };
    let (unique, records) = (audit.unique, audit.records);
    let all = [
        line(
            "missing",
            audit.missing,
            unique + audit.missing,
            "sequence numbers",
        ),
        line("duplicated", audit.duplicated, unique, "different records"),
        line("reordered", audit.reordered, unique, "different records"),
        line("corrupt", audit.corrupt, records, "records read"),
        line("foreign", audit.foreign, records, "records read"),
    ];
    let rows: Vec<Vec<String>> = all.iter().map(Line::cells).collect();
    let mut text = vec![verdict(name, audit), String::new()];
    text.extend(lines(&rows, &COLUMNS));
    text.push(String::new());
    text.push(format!(
        "{} in {}, {} of linger's from {}",
        things(records, "record"),
        things(audit.partitions, "partition"),
        count(unique),
        things(audit.producers, "producer"),
    ));
    text.extend(notes(audit));
    text.join("\n") + "\n"
}

fn verdict(name: &str, audit: &TopicAudit) -> String {
    match (audit.valid, audit.unique) {
        (true, 0) => {
            format!("topic {name} holds no record with linger's header: there is nothing to judge")
        }
        (true, _) => format!(
            "topic {name} is whole: below the highest of each producer every record is there, once and in order"
        ),
        _ => {
            let kinds = [
                (audit.missing, "missing"),
                (audit.duplicated, "duplicated"),
                (audit.reordered, "reordered"),
                (audit.corrupt, "corrupt"),
            ];
            format!("topic {name} is NOT whole: {}", listed(&kinds))
        }
    }
}

fn notes(audit: &TopicAudit) -> Vec<String> {
    let mut notes = Vec::new();
    if audit.expired > 0 {
        notes.push(format!(
            "{} before the first that is still there have expired or were deleted: what they held counts as missing where later records of its producer are left",
            things(audit.expired, "offset")
        ));
    }
    if audit.empty_offsets > 0 {
        notes.push(format!(
            "{} no record: markers of transactions, or what compaction has removed",
            match audit.empty_offsets {
                1 => "1 offset holds".into(),
                more => format!("{} offsets hold", count(more)),
            }
        ));
    }
    if audit.isolation_level == Isolation::Committed {
        notes.push("read as read_committed: what was aborted is not there, and nothing is behind a transaction that is still open".into());
    }
    if audit.missing > 0 {
        notes.push("the headers alone do not tell lost records from those that failed with the knowledge of their producer; `linger bench --audit` does".into());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_shows_what_zero_is_worth_and_only_what_there_is() {
        let mut findings = Findings {
            attempted: 10_000,
            acknowledged: 10_000,
            records: 10_000,
            unique: 10_000,
            ..Findings::default()
        };
        assert_eq!(
            run(&findings),
            [
                "audit    each of 10,000 acknowledged records is in the log, once and in order",
                "         lost        0  of 10,000 acknowledged  at most 0.0300 % (95 %)",
                "         duplicated  0  of 10,000 in the log    at most 0.0300 % (95 %)",
                "         reordered   0  of 10,000 in the log    at most 0.0300 % (95 %)",
            ]
        );
        findings.lost = 7;
        findings.foreign = 3;
        let text = run(&findings);
        assert_eq!(text[0], "audit    7 lost");
        assert_eq!(text[1], "         lost        7  of 10,000 acknowledged");
        assert_eq!(text.len(), 5);
        findings.imbalances = vec!["one and two differ".into()];
        let text = run(&findings);
        assert_eq!(text[0], "audit    INVALID: the counts do not balance");
        assert_eq!(text[5], "         one and two differ");
    }

    #[test]
    fn a_topic_is_judged_in_one_sentence() {
        let mut audit = TopicAudit {
            records: 12,
            producers: 1,
            unique: 9,
            foreign: 3,
            partitions: 2,
            valid: true,
            ..TopicAudit::default()
        };
        let text = topic("t", &audit);
        assert!(text.starts_with("topic t is whole: "), "{text}");
        assert!(
            text.contains("\nforeign     3  of 12 records read\n"),
            "{text}"
        );
        assert!(
            text.ends_with("12 records in 2 partitions, 9 of linger's from 1 producer\n"),
            "{text}"
        );
        (audit.valid, audit.missing, audit.reordered, audit.expired) = (false, 2, 1, 5);
        let text = topic("t", &audit);
        assert!(
            text.starts_with("topic t is NOT whole: 2 missing, 1 reordered\n"),
            "{text}"
        );
        assert!(text.contains("5 offsets before the first"), "{text}");
        assert_eq!(share_text(3e-8), "3.0e-8");
    }
}

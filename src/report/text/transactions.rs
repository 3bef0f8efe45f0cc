//! What became of the transactions.

use crate::measure::Latencies;
use crate::report::format::{bounded, count, millis, three};
use crate::snapshot::Transactions;

/// What a reader must know of them: how many, how long their ends took, and what that kept waiting.
pub(super) fn lines(transactions: &Transactions) -> Vec<String> {
    let size = transactions.records_mean();
    let size = size.map_or_else(String::new, |size| {
        format!(", {} records each", three(size))
    });
    let mut text = vec![format!(
        "commits  {} transactions committed, {} aborted ({} records){size}",
        count(transactions.commits),
        count(transactions.aborts),
        count(transactions.aborted_records),
    )];
    let out = transactions.kept_out.map_or_else(String::new, |share| {
        format!(
            "; senders waited for them {:.1} % of the time",
            share * 100.0
        )
    });
    let ends = [
        ("commit", &transactions.commit_ms),
        ("abort", &transactions.abort_ms),
    ];
    let ends: Vec<String> = ends
        .iter()
        .filter(|(_, times)| times.count > 0)
        .map(|(what, times)| took(what, times))
        .collect();
    if !ends.is_empty() {
        text.push(format!("         {}{out}", ends.join("; ")));
    }
    if transactions.init_ms.is_some() {
        text.push(format!(
            "         initialised in {} ms, begun in {} ms (mean)",
            millis(transactions.init_ms),
            millis(transactions.begin_ms.mean)
        ));
    }
    let odd = [
        (
            transactions.failed,
            "could not be committed, and were aborted",
        ),
        (transactions.unknown, "ended nobody knows how"),
    ];
    for (number, what) in odd.into_iter().filter(|(number, _)| *number > 0) {
        text.push(format!("         {} {what}", count(number)));
    }
    if transactions.fenced {
        text.push("         FENCED: another producer of this transactional.id took over".into());
    }
    text
}

fn took(what: &str, times: &Latencies) -> String {
    format!(
        "{what} p50 {} ms, p99 {} ms, max {} ms",
        bounded(times.p50, times),
        bounded(times.p99, times),
        bounded(times.max, times)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Millis;

    #[test]
    fn commits_aborts_and_what_they_cost_are_told() {
        let mut transactions = Transactions {
            commits: 18,
            aborts: 2,
            records: 10_000,
            aborted_records: 1_000,
            init_ms: Some(Millis(210.0)),
            commit_ms: Latencies {
                count: 18,
                max: Some(Millis(14.0)),
                ..Latencies::default()
            },
            kept_out: Some(0.062),
            ..Transactions::default()
        };
        let text = lines(&transactions);
        assert_eq!(
            text[0],
            "commits  18 transactions committed, 2 aborted (1,000 records), 500 records each"
        );
        assert!(
            text[1].starts_with("         commit p50 ")
                && text[1].ends_with("senders waited for them 6.2 % of the time"),
            "{text:?}"
        );
        assert_eq!(text.len(), 3);
        (transactions.fenced, transactions.unknown) = (true, 1);
        let text = lines(&transactions);
        assert!(text[3].ends_with("1 ended nobody knows how"), "{text:?}");
        assert!(text[4].contains("FENCED"), "{text:?}");
    }
}

//! One table for spreadsheets: the intervals, then the kinds of time of the whole result.

use crate::measure::{Counts, Latencies};
use crate::settings::Millis;
use crate::snapshot::{Interval, Snapshot};

use super::ExportError;

const HEADS: [&str; 8] = [
    "row",
    "counted",
    "from_s",
    "to_s",
    "attempted",
    "delivered",
    "failed",
    "delivered_bytes",
];

/// The table. A cell is empty where there is not enough data; nothing in it needs quotes.
pub(super) fn table(snapshot: &Snapshot) -> Result<String, ExportError> {
    let mut heads: Vec<String> = HEADS.map(str::to_owned).to_vec();
    heads.push("records".into());
    heads.extend(
        Latencies::default()
            .named()
            .map(|(name, _)| format!("{name}_ms")),
    );
    let mut rows = vec![heads];
    for interval in &snapshot.result.intervals {
        rows.push(interval_row(interval)?);
    }
    rows.extend(whole(snapshot));
    Ok(rows.iter().map(|row| row.join(",") + "\n").collect())
}

fn interval_row(interval: &Interval) -> Result<Vec<String>, ExportError> {
    let times = match &interval.response {
        Some(text) => Counts::decode_base64(text)?.latencies(None),
        None => Latencies {
            count: interval.delivered,
            ..Latencies::default()
        },
    };
    // What the snapshot says itself is exact, and not withheld for want of records.
    let times = Latencies {
        p50: interval.p50_ms,
        p99: interval.p99_ms,
        max: interval.max_ms,
        ..times
    };
    let mut cells = vec![
        "interval".into(),
        interval.counted.to_string(),
        interval.from_s.to_string(),
        interval.to_s.to_string(),
        interval.attempted.to_string(),
        interval.delivered.to_string(),
        interval.failed.to_string(),
        interval.delivered_bytes.to_string(),
    ];
    cells.extend(time_cells(&times));
    Ok(cells)
}

/// A cell that stays one, whatever is in it (RFC 4180).
pub(super) fn cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

/// The cells of a kind of time: how many records, then `Latencies::named`.
pub(super) fn time_cells(times: &Latencies) -> impl Iterator<Item = String> {
    let cell = |time: Option<Millis>| time.map_or_else(String::new, |time| time.0.to_string());
    let cells = times.named().map(|(_, time)| cell(time));
    std::iter::once(times.count.to_string()).chain(cells)
}

/// A row for every kind of time; those of `response` also tell the counts of the whole trial.
fn whole(snapshot: &Snapshot) -> Vec<Vec<String>> {
    let result = &snapshot.result;
    let kinds = [
        ("response", Some(&result.response_ms)),
        ("delivery", Some(&result.delivery_ms)),
        ("send", Some(&result.send_ms)),
        ("lateness", Some(&result.lateness_ms)),
        ("end_to_end", result.end_to_end_ms.as_ref()),
    ];
    let row = |(name, times): (&str, Option<&Latencies>)| {
        let mut cells = vec![String::new(); HEADS.len()];
        cells[0] = name.into();
        if name == "response" {
            cells[3] = result
                .duration_s
                .map_or_else(String::new, |s| s.to_string());
            cells[4] = result.attempted.to_string();
            cells[5] = result.delivered.to_string();
            cells[6] = result.failed.to_string();
        }
        cells.extend(time_cells(times?));
        Some(cells)
    };
    kinds.into_iter().filter_map(row).collect()
}

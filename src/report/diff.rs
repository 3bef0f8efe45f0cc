//! Two snapshots side by side, as text and as JSON. Two single runs decide nothing, and both forms say so.

use crate::cluster::ClusterKind;
use crate::settings::units::thousands;
use crate::settings::words::quoted;
use crate::snapshot::Snapshot;
use crate::snapshot::diff::{Diff, Figure, Share};

use super::format::{maybe, second, three};
use super::table::{Align, lines};

/// The longest bar, in characters.
const BAR: f64 = 40.0;

/// Two snapshots, under the names that they were asked for by, and what was found.
pub struct Pair<'a> {
    /// The names as they were typed.
    pub places: [&'a str; 2],
    /// The snapshots.
    pub snapshots: [&'a Snapshot; 2],
    /// What was found.
    pub diff: &'a Diff,
}

impl Pair<'_> {
    /// The command that decides which of the two settings is better.
    #[must_use]
    pub fn command(&self) -> String {
        let [a, b] = self.places.map(quoted);
        let real = self
            .snapshots
            .iter()
            .any(|one| one.cluster.kind == ClusterKind::Real);
        // Addresses are not kept in snapshots, and a load on a real cluster is asked for by its rate.
        let [first, _] = self.snapshots;
        let cluster = if real {
            format!(
                " -b HOST:PORT --throughput {}",
                first.workload.throughput.round()
            )
        } else {
            String::new()
        };
        format!("linger compare{cluster} --a {a} --b {b}")
    }

    fn verdict(&self) -> Vec<String> {
        let equal = self.diff.settings.is_empty();
        let first = if equal {
            "The settings are equal: what differs above is noise, or the circumstances."
        } else {
            "One run each: a difference above may be chance or drift, and proves nothing."
        };
        vec![
            first.into(),
            format!("What decides is the same load in turns: {}", self.command()),
        ]
    }

    /// As text, with a line end.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.heads();
        text.push(String::new());
        if self.diff.obstacles.is_empty() {
            text.push("nothing is known that stands against comparing the two".into());
        } else {
            text.push("against comparing the two".into());
            let rows: Vec<Vec<String>> = self
                .diff
                .obstacles
                .iter()
                .map(|one| vec![format!("  {}", one.what), one.text.clone()])
                .collect();
            text.extend(lines(&rows, &[Align::Left; 2]));
        }
        text.push(String::new());
        text.extend(self.settings());
        text.push(String::new());
        text.extend(self.figures());
        text.push(String::new());
        text.extend(self.overlay());
        text.push(String::new());
        text.extend(self.verdict());
        text.join("\n") + "\n"
    }

    fn heads(&self) -> Vec<String> {
        let rows: Vec<Vec<String>> = ["a", "b"]
            .iter()
            .zip(self.places.iter().zip(self.snapshots))
            .map(|(letter, (place, one))| {
                let kind = match one.cluster.kind {
                    ClusterKind::Embedded => "embedded cluster (simulated)",
                    ClusterKind::Real => "real cluster",
                };
                vec![
                    (*letter).into(),
                    (*place).into(),
                    second(&one.started_at),
                    kind.into(),
                    format!(
                        "linger {}, librdkafka {}",
                        one.linger_version, one.librdkafka_version
                    ),
                ]
            })
            .collect();
        lines(&rows, &[Align::Left; 5])
    }

    fn settings(&self) -> Vec<String> {
        if self.diff.settings.is_empty() {
            return vec!["settings  no knob of the producer differs".into()];
        }
        let head = ["settings that differ", "a", "b"].map(str::to_owned);
        let rows = self
            .diff
            .settings
            .iter()
            .map(|one| vec![format!("  {}", one.name), one.a.clone(), one.b.clone()]);
        let rows: Vec<Vec<String>> = [head.to_vec()].into_iter().chain(rows).collect();
        lines(&rows, &[Align::Left; 3])
    }

    fn figures(&self) -> Vec<String> {
        let head = ["figures", "a", "b", "", "b against a, unproven"].map(str::to_owned);
        let shown = self
            .diff
            .figures
            .iter()
            .filter(|one| one.a.is_some() || one.b.is_some());
        let rows: Vec<Vec<String>> = [head.to_vec()].into_iter().chain(shown.map(row)).collect();
        let columns = [
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Left,
            Align::Right,
        ];
        lines(&rows, &columns)
    }

    fn overlay(&self) -> Vec<String> {
        let rows = &self.diff.overlay;
        if rows.is_empty() {
            return vec![
                "response times  one of the two holds no histogram that can be read".into(),
            ];
        }
        let most = rows.iter().map(|row| row.a.max(row.b)).fold(0.0, f64::max);
        let head = [
            "response time from",
            "a",
            "b",
            "both █  a alone ▒  b alone ░",
        ];
        let cells = rows.iter().map(|row| {
            vec![
                format!("  {} ms", three(row.from_ms)),
                percent(row.a),
                percent(row.b),
                bar(*row, most),
            ]
        });
        let cells: Vec<Vec<String>> = [head.map(str::to_owned).to_vec()]
            .into_iter()
            .chain(cells)
            .collect();
        lines(
            &cells,
            &[Align::Right, Align::Right, Align::Right, Align::Left],
        )
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let head = |at: usize| {
            let one = self.snapshots[at];
            serde_json::json!({
                "place": self.places[at],
                "name": one.name,
                "started_at": one.started_at,
                "cluster_kind": one.cluster.kind,
            })
        };
        serde_json::json!({
            "a": head(0),
            "b": head(1),
            "obstacles": self.diff.obstacles,
            "settings": self.diff.settings,
            "figures": self.diff.figures,
            "response_shares": self.diff.overlay,
            "proves": null,
            "compare": self.command(),
        })
    }
}

fn row(figure: &Figure) -> Vec<String> {
    let cell = |value: Option<f64>, bound: bool| {
        let bound = if bound { "≥" } else { "" };
        let text = match value {
            Some(value) if figure.unit.is_empty() => thousands(&format!("{value:.0}")),
            value => maybe(value),
        };
        format!("{bound}{text}")
    };
    let difference = figure
        .difference_percent
        .map_or_else(String::new, |percent| {
            if percent.abs() < 0.05 {
                "0 %".into()
            } else {
                format!(
                    "{}{} %",
                    if percent < 0.0 { "−" } else { "+" },
                    three(percent.abs())
                )
            }
        });
    vec![
        format!("  {}", figure.name),
        cell(figure.a, figure.a_at_least),
        cell(figure.b, figure.b_at_least),
        figure.unit.into(),
        difference,
    ]
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => String::new(),
        percent if percent < 0.001 => "<0.001 %".into(),
        percent => format!("{} %", three(percent)),
    }
}

/// The shares of both as one bar; a share that is there is never drawn as none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most the longest bar"
)]
fn bar(row: Share, most: f64) -> String {
    let cells = |share: f64| match share {
        0.0 => 0,
        share => ((share / most * BAR).round() as usize).max(1),
    };
    let (a, b) = (cells(row.a), cells(row.b));
    let alone = if a > b { "▒" } else { "░" };
    "█".repeat(a.min(b)) + &alone.repeat(a.abs_diff(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::diff::diff;

    #[test]
    fn a_bar_tells_both_shares_without_colour() {
        let row = |a, b| Share {
            from_ms: 1.0,
            to_ms: 2.0,
            a,
            b,
        };
        assert_eq!(bar(row(0.5, 0.25), 0.5), "█".repeat(20) + &"▒".repeat(20));
        assert_eq!(bar(row(0.0, 1e-6), 0.5), "░");
        assert_eq!(bar(row(0.0, 0.0), 0.5), "");
    }

    #[test]
    fn nothing_is_called_better() {
        let mut b = Snapshot::default();
        let mut a = Snapshot::default();
        b.cluster.kind = ClusterKind::Real;
        a.workload.throughput = 500.0;
        let found = diff(&a, &b);
        let pair = Pair {
            places: ["monday", "my week.json"],
            snapshots: [&a, &b],
            diff: &found,
        };
        let text = pair.text();
        for word in ["better", "faster", "significant", "wins"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        assert!(text.contains("cluster kind"), "{text}");
        let command = "linger compare -b HOST:PORT --throughput 500 --a monday --b 'my week.json'";
        assert!(text.ends_with(&format!("{command}\n")), "{text}");
        assert_eq!(pair.json()["compare"], command);
    }
}

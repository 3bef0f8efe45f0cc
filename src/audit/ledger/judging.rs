//! The verdict: counts of everything that was told and read, which must balance.

use std::ops::Range;

use super::chunk::Cells;
use super::lane::Lane;
use super::{Ended, Findings, Ledger, Place, Span};

impl Ledger {
    /// What all of it says.
    #[must_use]
    pub fn judge(&self) -> Findings {
        let mut findings = self.counted();
        let knows = self.run.is_some();
        let all = self
            .lanes
            .iter()
            .map(|(_, lane)| self.cells(lane, 0..u64::MAX));
        let mut total = Cells::default();
        all.for_each(|cells| total.add(&cells));
        if knows {
            findings.delivered = total.acknowledged();
            self.settle_transactions(&mut total, &mut findings);
            self.settle(&total, &mut findings);
            findings.weigh();
        }
        findings
    }

    fn counted(&self) -> Findings {
        let counts = &self.counts;
        let mut findings = Findings {
            records: counts.records,
            duplicated: counts.duplicated,
            reordered: counts.reordered,
            corrupt: counts.corrupt,
            foreign: counts.foreign,
            offset_mismatch: counts.misplaced,
            offsets_compared: counts.compared,
            ..Findings::default()
        };
        for (_, lane) in &self.lanes {
            let (unique, upto) = lane.read();
            let from = self.accepted.map_or(0, |_| lane.lowest().min(upto));
            findings.unique += unique;
            findings.missing += upto - from - unique;
            findings.producers += u64::from(upto > 0);
            findings.attempted += lane.attempted;
        }
        findings.attempted = self.accepted.unwrap_or(findings.attempted);
        findings
    }

    fn cells(&self, lane: &Lane, range: Range<u64>) -> Cells {
        lane.count(range, &|place| self.covers(place))
    }

    /// Whether a record would have been read at this place; at an unknown one, only where all was read.
    fn covers(&self, place: Option<Place>) -> bool {
        let Some(place) = place else {
            let whole = |span: &Span| span.is_whole() && span.is_final && span.from <= span.start;
            return !self.spans.is_empty() && self.spans.iter().all(whole);
        };
        let mut spans = self.spans.iter();
        spans.any(|span| span.partition == place.partition && span.covers(place.offset))
    }

    /// Moves the records of transactions that were not committed out of the counts that promise something.
    fn settle_transactions(&self, total: &mut Cells, findings: &mut Findings) {
        for transaction in &self.transactions {
            let mut cells = Cells::default();
            for (producer, range) in &transaction.parts {
                if let Some(at) = self.found.get(producer) {
                    cells.add(&self.cells(&self.lanes[*at].1, range.clone()));
                }
            }
            let parted = cells.seen() > 0 && cells.lost > 0;
            findings.torn_transactions += u64::from(parted && transaction.ended != Ended::Aborted);
            match transaction.ended {
                Ended::Committed => {}
                Ended::Aborted => {
                    total.take(&cells);
                    findings.aborted += cells.reported() + cells.silent_seen;
                    findings.aborted_visible += cells.seen();
                }
                Ended::Unknown => {
                    total.take(&cells);
                    total.unknown_seen += cells.acknowledged_seen + cells.unknown_seen;
                    total.unknown_absent += cells.lost + cells.unverified + cells.unknown_absent;
                    total.failed_seen += cells.failed_seen;
                    total.failed_absent += cells.failed_absent;
                    total.silent_seen += cells.silent_seen;
                }
            }
        }
    }

    fn settle(&self, total: &Cells, findings: &mut Findings) {
        findings.acknowledged = total.acknowledged();
        findings.failed = total.failed_seen + total.failed_absent;
        findings.unknown = total.unknown();
        findings.lost = total.lost;
        findings.unverified = total.unverified;
        findings.resurrected = total.failed_seen;
        findings.unknown_landed = total.unknown_seen;
        findings.unreported_landed = total.silent_seen;
        let reported = total.reported() + findings.aborted;
        findings.unreported = findings.attempted.saturating_sub(reported);
        for (producer, lane) in &self.lanes {
            // Of a trial it is known what all producers sent together: the sums tell what is too much.
            let beyond = match self.accepted {
                Some(_) => Cells::default(),
                None => self.cells(lane, lane.attempted..u64::MAX),
            };
            let cases = [
                (lane.repeated, "were reported twice"),
                (beyond.reported(), "were reported, but never handed over"),
                (beyond.silent_seen, "were read, but never handed over"),
            ];
            for (count, what) in cases.into_iter().filter(|it| it.0 > 0) {
                let text = format!("{count} records of producer {} {what}", producer.producer);
                findings.imbalances.push(text);
            }
        }
    }
}

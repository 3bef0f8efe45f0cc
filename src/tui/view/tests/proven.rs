use super::*;
use crate::measure::comparison::{Metric, Verdict};
use crate::tui::model::Proof;

#[test]
fn what_a_comparison_proved_stands_below_the_percentiles() {
    let reading = sample::staging();
    let settings = |trial: &Arc<crate::lab::TrialReading>| Arc::clone(&trial.settings);
    let (base, live) = (reading.base_trial(), reading.live_trial());
    let (base, live) = (base.map(settings).unwrap(), live.map(settings).unwrap());
    let mut model = Model::new(Vec::new());
    let shown = |model: &Model| {
        text(&painted(
            (120, 40),
            model,
            &reading,
            &theme(ThemeChoice::Dark),
        ))
    };
    let before = shown(&model);
    assert!(
        before.contains("unproven") || before.contains("within noise"),
        "{before}"
    );
    for (metric, verdict, told) in [
        (Metric::P99, Verdict::BBetter, "▼p99 proven"),
        (Metric::P50, Verdict::NoDifference, "≈p50 alike"),
        (Metric::P50, Verdict::ABetter, "▲p50 proven"),
    ] {
        model.proofs.push(Proof {
            settings: (Arc::clone(&base), Arc::clone(&live)),
            metric,
            verdict,
        });
        let screen = shown(&model);
        assert!(screen.contains(told), "{told}\n{screen}");
        assert!(!screen.contains("unproven"), "{screen}");
    }
}

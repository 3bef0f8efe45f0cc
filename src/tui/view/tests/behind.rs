//! A snapshot behind the live distribution.

use super::*;
use crate::tui::dialog::Reference;

/// The staging session with its own live trial as a snapshot behind it, whose settings are changed so.
fn behind(pairs: &[(&str, &str)], differs: &[&'static str]) -> String {
    let reading = sample::staging();
    let live = reading.live_trial().unwrap();
    let mut settings = (*live.settings).clone();
    for (name, value) in pairs {
        settings.set(name, value, Source::Hand).unwrap();
    }
    let mut model = Model::new(goals());
    model.reference = Some(Reference {
        name: "monday".into(),
        bins: live.bins.clone(),
        response: live.response,
        settings,
        simulated: false,
        differs: differs.to_vec(),
    });
    let theme = theme(ThemeChoice::Dark);
    text(&painted((120, 40), &model, &reading, &theme))
}

#[test]
fn a_snapshot_of_the_same_circumstances_is_held_against_the_live_trial() {
    let screen = behind(&[("linger.ms", "77")], &[]);
    assert!(screen.contains("░ monday"), "{screen}");
    assert!(
        screen.contains("vs saved") && !screen.contains("no match"),
        "{screen}"
    );
}

#[test]
fn of_other_circumstances_no_difference_is_told() {
    let screen = behind(&[("rate", "123"), ("rtt.ms", "3")], &["machine"]);
    assert!(
        screen.contains("no match: other machine, rate "),
        "{screen}"
    );
}

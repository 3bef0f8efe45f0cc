use super::*;

#[test]
fn cpu_is_told_only_where_the_pairs_agree() {
    let found = |cpu: &[f64]| Found {
        a: Arm::new("none"),
        b: Arm::new("gzip"),
        holds: true,
        sentence: String::new(),
        batch_records: (1.0, 1.0),
        compression: 4.0,
        cpu: cpu.to_vec(),
    };
    let more = found(&[0.5, 0.55, 0.6, 0.52, 0.58, 0.57]).cpu().unwrap();
    assert!(
        more.holds && more.sentence.contains("gzip"),
        "{}",
        more.sentence
    );
    assert!(
        !found(&[-0.5, -0.55, -0.6, -0.52, -0.58, -0.57])
            .cpu()
            .unwrap()
            .holds
    );
    for unclear in [[0.5, -0.5, 0.4, -0.4, 0.1, -0.1].as_slice(), &[]] {
        let told = found(unclear).cpu();
        assert!(matches!(told, Err(Stopped::NotExercised(_))), "{unclear:?}");
    }
}

#[test]
fn the_trials_of_an_arm_are_known_by_its_rows() {
    let trial = |linger: &str, records: f64| {
        let settings = changed(&Settings::default(), &[("linger.ms", linger)]).unwrap();
        let mut snapshot = Snapshot {
            settings: crate::snapshot::settings_map(&settings),
            ..Snapshot::default()
        };
        snapshot.result.batch_records_mean = Some(records);
        snapshot
    };
    let trials = [trial("0", 2.0), trial("20", 90.0), trial("0", 4.0)];
    let of = |linger| mean_batches(&trials, &[("linger.ms", linger)]).0;
    assert!((of("0") - 3.0).abs() < 1e-9);
    assert!((of("20") - 90.0).abs() < 1e-9);
}

use super::*;

fn space(words: &[&str]) -> Result<Space, SpaceError> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    Space::parse(&words, Settings::default(), Surroundings::default())
}

fn texts(space: &Space, at: usize) -> Vec<String> {
    let axis = &space.axes[at];
    axis.values
        .iter()
        .map(|value| axis.knob.text(value))
        .collect()
}

#[test]
fn lists_and_ranges_become_values() {
    let space = space(&[
        "linger.ms=20,0,5,5",
        "batch.size=16KiB..100KiB",
        "compression.type=lz4,none",
        "enable.idempotence=off..on",
    ])
    .unwrap();
    assert_eq!(texts(&space, 0), ["0", "5", "20"]);
    assert_eq!(texts(&space, 1), ["16384", "32768", "65536", "102400"]);
    assert_eq!(texts(&space, 2), ["lz4", "none"]);
    assert_eq!(texts(&space, 3), ["false", "true"]);
    assert_eq!(space.size(), 3 * 4 * 2 * 2);
}

#[test]
fn a_range_goes_past_the_sliders_end_and_never_backwards() {
    let values = texts(&space(&["linger.ms=200..800000"]).unwrap(), 0);
    assert_eq!(values.first().map(String::as_str), Some("200"));
    assert_eq!(values.last().map(String::as_str), Some("800000"));
    for word in ["linger.ms=20..5", "acks=all..0"] {
        let error = space(&[word]).err().unwrap().to_string();
        assert!(error.contains("goes upwards"), "{error}");
    }
}

#[test]
fn refused_combinations_are_left_out_and_counted() {
    let space = space(&["acks=0,1,all", "enable.idempotence=on,off", "retries=0,5"]).unwrap();
    let (points, refused) = space.grid().unwrap();
    assert_eq!(
        points.len() + refused.iter().map(|one| one.points).sum::<usize>(),
        12
    );
    let acks = refused.iter().find(|one| one.rule == "idempotence-acks");
    assert_eq!(acks.map(|one| one.points), Some(4), "{refused:?}");
}

#[test]
fn one_knob_at_a_time_starts_from_the_settings_as_they_are() {
    let space = space(&["linger.ms=0,5,20", "max.in.flight=1,2"]).unwrap();
    let (points, _) = space.one_at_a_time().unwrap();
    assert_eq!(points.len(), 1 + 2 + 2, "5 ms is where linger.ms is anyway");
    assert_eq!(points[0], space.home());
    assert_eq!(
        space.values(&points[0])[0],
        ("linger.ms".into(), "5".into())
    );
}

#[test]
fn what_is_no_space_is_refused_with_the_way_out() {
    for (words, part) in [
        (&["linger.ms"][..], "KNOB=VALUES"),
        (&["linger.ms=1,,2"], "KNOB=VALUES"),
        (&["lingr.ms=1"], "linger.ms?"),
        (&["linger.ms=soon"], "soon"),
        (&["compression.type=lz5"], "did you mean lz4?"),
        (&["rate=1,2"], "the objective sets it"),
        (&["payload.file=a,b"], "free text"),
        (
            &["linger.ms=1,2", "queue.buffering.max.ms=3"],
            "swept twice",
        ),
    ] {
        let error = space(words).err().unwrap().to_string();
        assert!(error.contains(part), "{words:?}: {error}");
    }
}

#[test]
fn nothing_possible_says_which_rule() {
    let space = space(&["acks=0,1", "enable.idempotence=on"]).unwrap();
    let error = space.grid().unwrap_err().to_string();
    assert!(error.contains("idempotence needs acks=all"), "{error}");
}

use super::*;
use crate::settings::Value;

fn pairs(list: &[(&str, &str)]) -> Vec<Pair> {
    list.iter()
        .map(|(name, text)| ((*name).into(), (*text).into()))
        .collect()
}

#[test]
fn each_source_wins_over_the_ones_before_it_and_is_remembered() {
    let mut layers = Layers::default();
    let expect = |layers: &Layers, value: f64, source: Source| {
        let settings = layers.build().unwrap();
        assert_eq!(settings.value("linger.ms"), &Value::Number(value));
        assert_eq!(settings.source("linger.ms"), &source);
    };
    expect(&layers, 5.0, Source::Default);
    layers.file = pairs(&[("queue.buffering.max.ms", "1")]);
    expect(&layers, 1.0, Source::File);
    layers.profile = Some(("mine".into(), pairs(&[("linger.ms", "2")])));
    expect(&layers, 2.0, Source::Profile("mine".into()));
    layers.env = pairs(&[
        ("LINGER_LINGER_MS", "3"),
        ("LINGER_REQUIRE_KAFKA", "1"),
        ("HOME", "/"),
    ]);
    expect(&layers, 3.0, Source::Env);
    layers.properties = pairs(&[("linger.ms", "4")]);
    expect(&layers, 4.0, Source::Property);
    layers.flags = pairs(&[("linger.ms", "6"), ("linger.ms", "7")]);
    expect(&layers, 7.0, Source::Flag);
}

#[test]
fn one_knob_under_two_names_within_a_source_is_named_with_both() {
    let properties = pairs(&[("linger.ms", "1"), ("queue.buffering.max.ms", "1")]);
    let error = Layers {
        properties,
        ..Layers::default()
    }
    .build()
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "-X: linger.ms and queue.buffering.max.ms are the same knob; give one of them"
    );
    let env = pairs(&[("LINGER_RTT", "1"), ("LINGER_RTT_MS", "2")]);
    let error = Layers {
        env,
        ..Layers::default()
    }
    .build()
    .unwrap_err();
    assert!(
        error.to_string().contains("LINGER_RTT and LINGER_RTT_MS"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_way_out() {
    let flags = pairs(&[("compresion.type", "lz4")]);
    let error = Layers {
        flags,
        ..Layers::default()
    }
    .build()
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "command line: no knob is called \"compresion.type\"; did you mean compression.type?"
    );
    let env = pairs(&[("LINGER_RATE", "fast")]);
    let error = Layers {
        env,
        ..Layers::default()
    }
    .build()
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment, LINGER_RATE: rate: \"fast\" is not a number such as 20000, 20k/s or max"
    );
}

use super::*;

#[test]
fn defaults_are_the_linked_librdkafkas_where_it_has_them() {
    let settings = Settings::default();
    for (name, value) in [
        ("acks", Value::Choice("all")),
        ("linger.ms", Value::Number(5.0)),
        ("batch.size", Value::Number(1_000_000.0)),
        ("max.in.flight", Value::Number(1_000_000.0)),
        ("enable.idempotence", Value::Switch(false)),
        ("delivery.timeout.ms", Value::Number(300_000.0)),
        ("queue.buffering.max.kbytes", Value::Number(1_073_741_824.0)),
        ("compression.level", Value::Auto),
        ("partitioner", Value::Choice("consistent_random")),
        ("rate", Value::Number(10_000.0)),
    ] {
        assert_eq!(settings.value(name), &value, "{name}");
        assert_eq!(settings.source(name), &Source::Default);
    }
}

#[test]
fn an_unknown_name_is_told_the_nearest() {
    let error = Settings::default()
        .set("linger.msec", "5", Source::Flag)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no knob is called \"linger.msec\"; did you mean linger.ms?"
    );
}

#[test]
fn javas_names_set_the_same_rows() {
    let mut settings = Settings::default();
    settings
        .set("buffer.memory", "33554432", Source::File)
        .unwrap();
    settings
        .set("max.in.flight.requests.per.connection", "5", Source::File)
        .unwrap();
    assert!(
        settings
            .native()
            .contains(&("queue.buffering.max.kbytes", "32768".into()))
    );
    assert!(settings.native().contains(&("max.in.flight", "5".into())));
}

#[test]
fn native_writes_every_property_out_but_auto_ones() {
    let native = Settings::default().native();
    let has = |name: &str| native.iter().any(|(known, _)| *known == name);
    assert!(has("acks") && has("linger.ms") && has("client.id"));
    assert!(!has("sticky.partitioning.linger.ms") && !has("compression.level"));
    assert!(
        !native
            .iter()
            .any(|(name, _)| *name == "rate" || *name == "max.block.ms")
    );
}

#[test]
fn auto_stickiness_is_twice_the_linger() {
    let mut settings = Settings::default();
    settings.set("linger.ms", "50", Source::Hand).unwrap();
    assert_eq!(
        settings.effective("sticky.partitioning.linger.ms"),
        Value::Number(100.0)
    );
}

#[test]
fn only_producer_rows_make_another_producer() {
    let mut settings = Settings::default();
    settings.set("rate", "max", Source::Hand).unwrap();
    assert!(settings.same_producer(&Settings::default()));
    settings.set("linger.ms", "1", Source::Hand).unwrap();
    assert!(!settings.same_producer(&Settings::default()));
}

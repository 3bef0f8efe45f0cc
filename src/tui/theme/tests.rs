use super::*;

const ROLES: [Role; 8] = [
    Role::Good,
    Role::Bad,
    Role::Now,
    Role::Border,
    Role::Embedded,
    Role::Live,
    Role::Banner,
    Role::Next,
];

#[test]
fn a_terminal_without_colour_gets_none() {
    for name in ThemeChoice::ALL {
        let theme = Theme::new(name, TermProfile::NoColor);
        assert_eq!(theme.name(), ThemeChoice::Plain);
        for role in ROLES {
            let style = theme.style(role);
            assert!(
                matches!(style.fg, None | Some(Color::Reset)),
                "{role:?} {style:?}"
            );
            assert!(
                matches!(style.bg, None | Some(Color::Reset)),
                "{role:?} {style:?}"
            );
        }
    }
}

#[test]
fn plain_text_keeps_the_terminals_own_colours() {
    for name in ThemeChoice::ALL {
        let style = Theme::new(name, TermProfile::TrueColor).style(Role::Text);
        assert_eq!(style.fg, Some(Color::Reset));
        assert_eq!(style.bg, Some(Color::Reset));
    }
}

#[test]
fn fewer_colours_are_never_exceeded() {
    for name in ThemeChoice::ALL {
        for role in ROLES {
            let style = Theme::new(name, TermProfile::Ansi256).style(role);
            assert!(!matches!(style.fg, Some(Color::Rgb(..))));
            let style = Theme::new(name, TermProfile::Ansi16).style(role);
            assert!(!matches!(
                style.fg,
                Some(Color::Rgb(..) | Color::Indexed(16..))
            ));
        }
    }
}

#[test]
fn themes_follow_each_other_round_and_are_found_by_name() {
    let mut name = ThemeChoice::Dark;
    for _ in ThemeChoice::ALL {
        assert_eq!(ThemeChoice::parse(name.name()), Some(name));
        name = name.next();
    }
    assert_eq!(name, ThemeChoice::Dark);
    assert_eq!(ThemeChoice::parse("pink"), None);
}

#[test]
fn more_records_have_the_last_step_of_the_ramp() {
    let theme = Theme::new(ThemeChoice::Dark, TermProfile::TrueColor);
    assert_ne!(theme.heat(0.0), theme.heat(1.0));
    assert_eq!(theme.heat(1.0), theme.heat(7.0));
}

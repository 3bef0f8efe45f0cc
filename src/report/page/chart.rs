//! The frame that all charts share: size, grid, ticks; what is inside is drawn by each.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::ink::{Ink, finished};

/// Half of the page's width, in units of the drawing; about two to a pixel.
pub const HALF: (u32, u32) = (1100, 620);
/// A third of it.
pub const THIRD: (u32, u32) = (740, 560);
/// All of it.
pub const WIDE: (u32, u32) = (2240, 620);
/// The height of a label.
pub const LABEL: u32 = 31;

/// The plane in which series are drawn.
pub type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

/// Why a chart could not be drawn: the backend's words.
#[derive(Debug, thiserror::Error)]
#[error("a chart cannot be drawn: {0}")]
pub struct DrawError(String);

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for DrawError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}

/// Draws a chart: the frame, then whatever `inside` draws. The label tells those who cannot see it what it is.
pub fn draw(
    size: (u32, u32),
    label: &str,
    axes: (&Axis, &Axis),
    inside: impl FnOnce(&mut Plane<'_, '_>) -> Result<(), DrawError>,
) -> Result<String, DrawError> {
    let (x, y) = axes;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let mut plane = ChartBuilder::on(&area)
            .margin_top(22)
            .margin_right(44)
            .x_label_area_size(54)
            .y_label_area_size(104)
            .build_cartesian_2d(x.clone(), y.clone())?;
        let words = ("sans-serif", LABEL).into_font().color(&Ink::Soft.color());
        let line = ShapeStyle::from(Ink::Grid.color()).stroke_width(2);
        plane
            .configure_mesh()
            .label_style(words)
            .bold_line_style(line)
            .light_line_style(ShapeStyle::from(Ink::Grid.color().mix(0.0)))
            .axis_style(line)
            .draw()?;
        inside(&mut plane)?;
        drop(plane);
        area.present()?;
    }
    Ok(finished(&svg, label))
}

/// A line through points of the axes' own space.
pub fn line(
    plane: &mut Plane<'_, '_>,
    points: Vec<(f64, f64)>,
    ink: Ink,
    opacity: f64,
    width: u32,
) -> Result<(), DrawError> {
    let style = ShapeStyle::from(ink.color().mix(opacity)).stroke_width(width);
    plane.draw_series(std::iter::once(PathElement::new(points, style)))?;
    Ok(())
}

/// A filled shape.
pub fn area(
    plane: &mut Plane<'_, '_>,
    points: Vec<(f64, f64)>,
    ink: Ink,
    opacity: f64,
) -> Result<(), DrawError> {
    plane.draw_series(std::iter::once(Polygon::new(
        points,
        ink.color().mix(opacity),
    )))?;
    Ok(())
}

/// A word whose lower left corner is at a point.
pub fn word(
    plane: &mut Plane<'_, '_>,
    at: (f64, f64),
    text: &str,
    ink: Ink,
) -> Result<(), DrawError> {
    let pos = Pos::new(HPos::Left, VPos::Bottom);
    let style = ("sans-serif", LABEL)
        .into_font()
        .color(&ink.color())
        .pos(pos);
    let element = EmptyElement::at(at) + Text::new(text.to_owned(), (8, -4), style);
    plane.draw_series(std::iter::once(element))?;
    Ok(())
}

/// A mark at a point; its shape, too, tells the series.
pub fn mark(plane: &mut Plane<'_, '_>, at: (f64, f64), series: usize) -> Result<(), DrawError> {
    let style = Ink::Series(series).color().filled();
    match series % 3 {
        0 => plane.draw_series(std::iter::once(Circle::new(at, 9, style)))?,
        1 => plane.draw_series(std::iter::once(TriangleMarker::new(at, 12, style)))?,
        _ => plane.draw_series(std::iter::once(
            EmptyElement::at(at) + Rectangle::new([(-8, -8), (8, 8)], style),
        ))?,
    };
    Ok(())
}

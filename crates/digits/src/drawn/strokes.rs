//! How people write the ten digits: several ways for each, as strokes of a pen.
//!
//! Coordinates are those of a page one wide and one high, x to the right and y down; a digit fills
//! about 0.2–0.8 by 0.1–0.9. A piece is a chain of straight lines or an arc of an ellipse; the
//! pieces of a stroke are joined by straight lines, and the pen is lifted between strokes.

/// A point of the page: x to the right, y down.
pub type Point = [f32; 2];

/// A part of a stroke.
pub(super) enum Piece {
    /// Straight lines from point to point.
    Lines(&'static [Point]),
    /// Part of an ellipse with its axes along the page's.
    Arc {
        /// Its middle.
        centre: Point,
        /// Half its width and half its height.
        radii: Point,
        /// Where the pen starts and stops, in degrees: 0 is to the right of the centre, 90 below
        /// it.
        degrees: [f32; 2],
    },
}

/// What is drawn without lifting the pen.
pub(super) type Stroke = &'static [Piece];

/// A way of writing a digit.
pub(super) type Style = &'static [Stroke];

/// The ways of writing each digit.
pub(super) const STYLES: [&[Style]; 10] =
    [ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE];

/// The points of a stroke, close enough together for straight lines between them to look round.
pub(super) fn points(stroke: Stroke) -> Vec<Point> {
    const DEGREES_APART: f32 = 24.0;
    let mut out = Vec::new();
    for piece in stroke {
        match piece {
            Piece::Lines(points) => out.extend_from_slice(points),
            Piece::Arc {
                centre,
                radii,
                degrees: [from, to],
            } => {
                let steps = ((to - from).abs() / DEGREES_APART).ceil();
                out.extend((0..=steps as usize).map(|step| {
                    let angle = (from + (to - from) * step as f32 / steps).to_radians();
                    let (sin, cos) = angle.sin_cos();
                    [centre[0] + radii[0] * cos, centre[1] + radii[1] * sin]
                }));
            }
        }
    }
    out
}

const fn lines(points: &'static [Point]) -> Piece {
    Piece::Lines(points)
}

const fn arc(centre: Point, radii: Point, from: f32, to: f32) -> Piece {
    Piece::Arc {
        centre,
        radii,
        degrees: [from, to],
    }
}

const ZERO: &[Style] = &[
    &[&[arc([0.5, 0.5], [0.26, 0.38], -90.0, 270.0)]],
    &[&[arc([0.5, 0.5], [0.19, 0.40], -60.0, 290.0)]],
    &[&[arc([0.5, 0.5], [0.31, 0.34], -110.0, 230.0)]],
];

const ONE: &[Style] = &[
    &[&[lines(&[[0.5, 0.1], [0.5, 0.9]])]],
    &[&[lines(&[[0.36, 0.3], [0.53, 0.1], [0.53, 0.9]])]],
    &[
        &[lines(&[[0.38, 0.25], [0.52, 0.1], [0.52, 0.9]])],
        &[lines(&[[0.34, 0.9], [0.7, 0.9]])],
    ],
];

const TWO: &[Style] = &[
    &[&[
        arc([0.49, 0.32], [0.24, 0.21], -160.0, 40.0),
        lines(&[[0.25, 0.89], [0.78, 0.89]]),
    ]],
    &[&[
        arc([0.48, 0.31], [0.22, 0.20], -170.0, 35.0),
        arc([0.36, 0.79], [0.12, 0.09], 60.0, 330.0),
        lines(&[[0.6, 0.9], [0.8, 0.86]]),
    ]],
    &[&[lines(&[
        [0.26, 0.16],
        [0.5, 0.1],
        [0.72, 0.2],
        [0.27, 0.88],
        [0.76, 0.88],
    ])]],
];

const THREE: &[Style] = &[
    &[&[
        arc([0.47, 0.3], [0.22, 0.2], -155.0, 80.0),
        arc([0.46, 0.69], [0.27, 0.21], -80.0, 150.0),
    ]],
    &[&[
        lines(&[[0.28, 0.12], [0.7, 0.12], [0.47, 0.43]]),
        arc([0.46, 0.66], [0.25, 0.23], -80.0, 145.0),
    ]],
    &[&[
        arc([0.5, 0.3], [0.24, 0.19], -140.0, 60.0),
        lines(&[[0.42, 0.49]]),
        arc([0.5, 0.7], [0.24, 0.2], -70.0, 130.0),
    ]],
];

const FOUR: &[Style] = &[
    &[
        &[lines(&[[0.32, 0.12], [0.26, 0.56], [0.76, 0.54]])],
        &[lines(&[[0.66, 0.14], [0.63, 0.92]])],
    ],
    &[
        &[lines(&[[0.6, 0.1], [0.22, 0.63], [0.8, 0.63]])],
        &[lines(&[[0.6, 0.1], [0.61, 0.92]])],
    ],
    &[
        &[
            arc([0.46, 0.28], [0.2, 0.24], 200.0, 90.0),
            lines(&[[0.68, 0.46]]),
        ],
        &[lines(&[[0.72, 0.1], [0.62, 0.92]])],
    ],
];

const FIVE: &[Style] = &[
    &[
        &[
            lines(&[[0.35, 0.12], [0.31, 0.46]]),
            arc([0.46, 0.66], [0.26, 0.24], -125.0, 145.0),
        ],
        &[lines(&[[0.35, 0.12], [0.73, 0.11]])],
    ],
    &[&[
        lines(&[[0.74, 0.13], [0.4, 0.12], [0.34, 0.42]]),
        arc([0.48, 0.65], [0.22, 0.22], -110.0, 155.0),
    ]],
    &[&[
        arc([0.54, 0.28], [0.2, 0.17], -40.0, -190.0),
        arc([0.45, 0.66], [0.26, 0.23], -80.0, 140.0),
    ]],
];

const SIX: &[Style] = &[
    &[&[
        lines(&[[0.66, 0.1], [0.47, 0.24], [0.33, 0.44]]),
        arc([0.5, 0.68], [0.22, 0.21], -180.0, -540.0),
    ]],
    &[&[
        lines(&[[0.46, 0.1], [0.32, 0.4]]),
        arc([0.5, 0.69], [0.21, 0.2], -190.0, -520.0),
    ]],
    &[&[
        arc([0.62, 0.5], [0.34, 0.4], -95.0, -180.0),
        arc([0.5, 0.68], [0.22, 0.22], 180.0, -150.0),
    ]],
];

const SEVEN: &[Style] = &[
    &[&[lines(&[[0.24, 0.13], [0.76, 0.13], [0.42, 0.9]])]],
    &[
        &[lines(&[[0.25, 0.14], [0.75, 0.13], [0.45, 0.9]])],
        &[lines(&[[0.36, 0.52], [0.7, 0.5]])],
    ],
    &[&[lines(&[
        [0.25, 0.28],
        [0.29, 0.14],
        [0.74, 0.15],
        [0.58, 0.45],
        [0.51, 0.9],
    ])]],
];

const EIGHT: &[Style] = &[
    &[
        &[arc([0.5, 0.3], [0.19, 0.18], 90.0, 450.0)],
        &[arc([0.5, 0.69], [0.23, 0.21], -90.0, 270.0)],
    ],
    &[&[
        arc([0.5, 0.29], [0.2, 0.18], -30.0, -250.0),
        arc([0.5, 0.69], [0.22, 0.2], -60.0, 240.0),
        lines(&[[0.67, 0.2]]),
    ]],
    &[&[
        arc([0.52, 0.28], [0.17, 0.17], 60.0, -250.0),
        arc([0.48, 0.7], [0.21, 0.2], -70.0, 270.0),
    ]],
];

const NINE: &[Style] = &[
    &[&[
        arc([0.48, 0.32], [0.21, 0.21], 0.0, -360.0),
        lines(&[[0.66, 0.9]]),
    ]],
    &[&[
        arc([0.5, 0.31], [0.2, 0.2], -10.0, -350.0),
        arc([0.44, 0.6], [0.27, 0.29], -10.0, 110.0),
    ]],
    &[
        &[arc([0.48, 0.31], [0.2, 0.19], -60.0, -400.0)],
        &[lines(&[[0.69, 0.14], [0.66, 0.5], [0.54, 0.9]])],
    ],
];

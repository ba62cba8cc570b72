//! What recording, sweeping, rewinding and replaying promise.

use nalgebra::{DMatrix, dmatrix, matrix};
use tape::{Cotangents, Error, MatrixVar, Seed, Tangents, Tape, Var};

#[test]
fn the_shopping_graph_of_the_book() {
    let tape = Tape::new();
    let [apple, apples, orange, oranges, tax] = [100.0, 2.0, 150.0, 3.0, 1.1].map(|x| tape.var(x));
    let price = (apple * apples + orange * oranges) * tax;
    assert!((price.value() - 715.0).abs() < 1e-12);
    let gradient = price.gradient();
    let found = [apple, apples, orange, oranges, tax].map(|x| gradient.of(x));
    for (found, expected) in found.iter().zip([2.2, 110.0, 3.3, 165.0, 650.0]) {
        assert!(
            (found - expected).abs() < 1e-12,
            "{found} is not {expected}"
        );
    }
}

#[test]
fn a_square_adds_both_of_its_halves() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    assert_eq!((x * x).gradient().of(x), 6.0);
    let m = tape.matrix(&matrix![1.0, 2.0; 3.0, 4.0]);
    let y = m.component_mul(m).sum();
    assert_eq!(y.gradient().of(m).values(), [2.0, 6.0, 4.0, 8.0]);
}

#[test]
fn a_million_entries_are_ordinary() {
    let tape = Tape::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..1_000_000 {
        y *= 1.000_001;
    }
    assert_eq!(tape.len(), 1_000_001);
    let gradient = y.gradient();
    assert!((gradient.of(x) - y.value()).abs() < 1e-9 * y.value());
}

#[test]
fn ten_million_entries_need_no_deep_stack() {
    let program = || {
        let mut tape = Tape::new();
        let x = tape.var(1.0);
        let mut y = x;
        for _ in 0..10_000_000 {
            y *= 1.000_000_1;
        }
        let slope = y.gradient().of(x);
        let (x, y) = (x.id(), y.id());
        tape.set(x, 2.0).unwrap();
        tape.replay().unwrap();
        (slope, tape.value(y).unwrap())
    };
    let thread = std::thread::Builder::new().stack_size(256 * 1024);
    let (slope, doubled) = thread.spawn(program).unwrap().join().unwrap();
    assert!((slope - 1f64.exp()).abs() < 1e-6, "{slope}");
    assert_eq!(doubled, 2.0 * slope);
}

#[test]
fn numbers_record_nothing() {
    let tape = Tape::new();
    let two = Var::from(2.0);
    let x = two * two + two.sin();
    assert!(x.tape().is_none());
    assert_eq!(tape.len(), 0);
    let leaf = tape.var(1.0);
    let y = leaf + x;
    assert_eq!(tape.len(), 2);
    assert_eq!(y.gradient().of(x), 0.0);
}

#[test]
#[should_panic(expected = "add: the operands are handles of two tapes")]
fn two_tapes_do_not_mix() {
    let (one, other) = (Tape::new(), Tape::new());
    let _ = one.var(1.0) + other.var(1.0);
}

#[test]
#[should_panic(expected = "matmul of 2×3, 2×3: the first has 3 columns, the second 2 rows")]
fn a_shape_that_does_not_fit_names_op_and_shapes() {
    let tape = Tape::new();
    let x = tape.matrix(&DMatrix::<f64>::zeros(2, 3));
    let _ = x * x;
}

#[test]
fn matrices_broadcast_and_mix_with_scalars() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    let row = tape.matrix(&dmatrix![10.0, 20.0]);
    let column = tape.matrix(&dmatrix![0.5; 0.25]);
    let s = tape.var(2.0);
    let y = (x + row).component_mul(column) * s;
    assert_eq!(y.value(), dmatrix![11.0, 22.0; 6.5, 12.0]);
    let gradient = y.sum().gradient();
    assert_eq!(gradient.of(row).values(), [1.5, 1.5]);
    assert_eq!(gradient.of(column).values(), [66.0, 74.0]);
    assert_eq!(gradient.of(s), 25.75);
}

#[test]
fn a_sweep_answers_for_no_entry_that_came_after_it() {
    let mut tape = Tape::new();
    let kept = tape.var(2.0);
    let id = kept.id();
    let mark = tape.mark();
    let x = tape.var(3.0);
    let row = tape.matrix(&dmatrix![1.0, 2.0]);
    let old = (kept * x + row.sum()).gradient();
    assert_eq!(old.of(id), Ok(3.0));

    tape.rewind(mark).unwrap();
    let x = tape.var(5.0); // where the other x was
    let column = tape.matrix(&dmatrix![1.0; 2.0; 3.0]);
    assert_eq!(old.of(x), 0.0);
    assert_eq!(
        old.of(x.id()),
        Err(Error::Later {
            entry: x.id().entry()
        })
    );
    assert_eq!(old.of(tape.handle(id).unwrap()), 3.0);
    assert_eq!(old.of(id), Ok(3.0));
    let asked = std::panic::AssertUnwindSafe(|| old.of(column).to_matrix());
    assert!(std::panic::catch_unwind(asked).is_err());
    assert!(!old.is_current(&tape));
    let gave = std::panic::AssertUnwindSafe(|| old.contributions(&tape, 0));
    assert!(std::panic::catch_unwind(gave).is_err());
}

#[test]
fn inputs_have_no_cotangent() {
    let tape = Tape::new();
    let x = tape.input(&dmatrix![1.0, 2.0]);
    let w = tape.matrix(&dmatrix![3.0; 4.0]);
    let gradient = (x * w).sum().gradient();
    assert_eq!(gradient.of(w).values(), [1.0, 2.0]);
    assert_eq!(gradient.of(x).values(), [0.0, 0.0]);
}

#[test]
fn what_nothing_reached_reads_as_zero_in_a_reused_buffer() {
    let tape = Tape::new();
    let (x, m) = (tape.var(2.0), tape.matrix(&dmatrix![1.0, 2.0]));
    let (first, second) = (x * m.sum(), x * x);
    let mut cotangents = Cotangents::new();
    tape.sweep(Seed::one(first), &mut cotangents).unwrap();
    assert_eq!(cotangents.of(m).values(), [2.0, 2.0]);
    tape.sweep(Seed::one(second), &mut cotangents).unwrap();
    assert_eq!(cotangents.of(m).values(), [0.0, 0.0]);
    assert_eq!(cotangents.of(first), 0.0);
}

#[test]
fn several_seeds_add_up() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 2.0]);
    let y = x.square();
    let z = x.sum();
    let seed = dmatrix![1.0, 10.0];
    let mut cotangents = Cotangents::new();
    let seeds = [
        Seed::matrix(y, &seed),
        Seed::scalar(z, 5.0),
        Seed::matrix(y, &seed),
    ];
    tape.sweep(seeds, &mut cotangents).unwrap();
    assert_eq!(
        cotangents.of(x).values(),
        [2.0 * 2.0 + 5.0, 2.0 * 40.0 + 5.0]
    );
}

#[test]
fn an_entry_the_output_does_not_need_is_not_visited() {
    let tape = Tape::new();
    let x = tape.var(0.0);
    let _unused = x.ln() * x;
    let y = x * 3.0;
    assert_eq!(y.gradient().of(x), 3.0);
    let shows = x.ln() * x.square();
    assert!(shows.gradient().of(x).is_nan());
}

#[test]
fn ids_outlive_handles_but_not_their_entries() {
    let mut tape = Tape::new();
    let x = tape.var(2.0).id();
    let mark = tape.mark();
    let y = (tape.handle(x).unwrap() * 3.0).id();
    assert_eq!(tape.value(y).unwrap(), 6.0);
    tape.rewind(mark).unwrap();
    assert_eq!(tape.value(y), Err(Error::Outdated { entry: 1 }));
    let z = (tape.handle(x).unwrap() + 1.0).id();
    assert_eq!(tape.value(y), Err(Error::Outdated { entry: 1 }));
    assert_eq!(tape.value(z), Ok(3.0));
    let other = Tape::new();
    assert!(matches!(other.value(z), Err(Error::Foreign { .. })));
    assert!(matches!(other.handle(z), Err(Error::Foreign { .. })));
    assert_eq!(
        tape.set(z, 1.0),
        Err(Error::NotALeaf {
            entry: 1,
            op: "add"
        })
    );
}

#[test]
fn several_leaves_are_set_and_read_in_order() {
    let mut tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0, 3.0]);
    let y = x[0] * x[1] * x[1] - x[2];
    let (y, x): (_, Vec<_>) = (y.id(), x.iter().map(|x| x.id()).collect());
    tape.set_vars(&x, &[5.0, 7.0, 11.0]).unwrap();
    tape.replay().unwrap();
    assert_eq!(tape.value(y), Ok(234.0));
    let (mut cotangents, mut slopes) = (Cotangents::new(), [0.0; 3]);
    tape.sweep(Seed::one(y), &mut cotangents).unwrap();
    cotangents.of_vars(&x, &mut slopes).unwrap();
    assert_eq!(slopes, [49.0, 70.0, -1.0]);

    let length = |found, expected| Err(Error::Length { found, expected });
    assert_eq!(tape.set_vars(&x, &[1.0]), length(1, 3));
    assert_eq!(cotangents.of_vars(&x[..2], &mut slopes), length(3, 2));
    let not_a_leaf = tape.set_vars(&[x[0], y], &[13.0, 17.0]).unwrap_err();
    assert!(matches!(not_a_leaf, Error::NotALeaf { op: "sub", .. }));
    assert_eq!(tape.value(x[0]), Ok(5.0));
    let other = Tape::new().var(1.0).id();
    assert!(matches!(
        tape.set_vars(&[other], &[1.0]),
        Err(Error::Foreign { .. })
    ));
    assert!(matches!(
        cotangents.of_vars(&[other], &mut [0.0]),
        Err(Error::Foreign { .. })
    ));
}

#[test]
fn a_mark_past_a_rewind_is_refused() {
    let mut tape = Tape::new();
    let start = tape.mark();
    let _ = tape.var(1.0);
    let later = tape.mark();
    tape.rewind(start).unwrap();
    let _ = tape.vars(&[1.0, 2.0]);
    assert_eq!(tape.rewind(later), Err(Error::Outdated { entry: 1 }));
    assert!(matches!(
        Tape::new().rewind(start),
        Err(Error::Foreign { .. })
    ));
}

#[test]
fn a_replay_gives_what_recording_again_would() {
    fn net<'t>(x: MatrixVar<'t, f64>, w: MatrixVar<'t, f64>, s: Var<'t, f64>) -> Var<'t, f64> {
        let h = (x * w).tanh() * s;
        h.softmax().ln().sum() + h.element(0, 1).sin() * 2.0
    }
    let mut tape = Tape::new();
    let x = tape.input(&dmatrix![1.0, 2.0; 0.5, -1.0]);
    let w = tape.matrix(&dmatrix![0.3, -0.2; 0.1, 0.7]);
    let s = tape.var(0.5);
    let y = net(x, w, s);
    let (x, w, s, y) = (x.id(), w.id(), s.id(), y.id());
    let (new_x, new_w) = (dmatrix![0.2, 0.1; -0.4, 3.0], dmatrix![1.3, 0.2; -0.1, 0.4]);
    tape.set_matrix(x, &new_x).unwrap();
    tape.set_matrix(w, &new_w).unwrap();
    tape.set(s, -1.5).unwrap();
    tape.replay().unwrap();
    let mut cotangents = Cotangents::new();
    tape.sweep(Seed::one(y), &mut cotangents).unwrap();

    let fresh = Tape::new();
    let (fx, fw, fs) = (fresh.input(&new_x), fresh.matrix(&new_w), fresh.var(-1.5));
    let fy = net(fx, fw, fs);
    let gradient = fy.gradient();
    assert_eq!(tape.value(y).unwrap(), fy.value());
    assert_eq!(cotangents.of(w).unwrap().values(), gradient.of(fw).values());
    assert_eq!(cotangents.of(s).unwrap(), gradient.of(fs));
    assert_eq!(
        tape.set_matrix(w, &dmatrix![1.0]).unwrap_err().to_string(),
        "a 1×1 matrix was given for entry 1, which is 2×2"
    );
}

#[test]
fn a_replay_across_a_guard_is_refused() {
    let mut tape = Tape::new();
    let x = tape.var(2.0);
    let y = if x > 1.0 { x * x } else { x };
    let (x, y) = (x.id(), y.id());
    tape.set(x, 3.0).unwrap();
    tape.replay().unwrap();
    assert_eq!(tape.value(y).unwrap(), 9.0);
    tape.set(x, 0.5).unwrap();
    let message = tape.replay().unwrap_err().to_string();
    assert!(
        message.contains("`0.5 > 1` at") && message.contains("tape.rs:"),
        "{message}"
    );
    assert!(
        message.contains("was true when recorded and is false now"),
        "{message}"
    );
}

#[test]
fn a_guard_between_leaves_is_checked_too() {
    let mut tape = Tape::new();
    let x = tape.var(2.0);
    assert!(x > 1.0);
    let y = tape.var(5.0);
    let z = x * y;
    let (x, z) = (x.id(), z.id());
    tape.set(x, 3.0).unwrap();
    tape.replay().unwrap();
    assert_eq!(tape.value(z).unwrap(), 15.0);
    tape.set(x, 0.0).unwrap();
    assert!(matches!(tape.replay(), Err(Error::Guard { entry: 1, .. })));
}

#[test]
fn the_forward_sweep_meets_the_reverse_sweep() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 2.0; 0.5, -1.0]);
    let s = tape.var(0.7);
    let y = ((x * x.transpose()).sin() * s).softmax();
    let (dx, ds) = (dmatrix![0.1, -0.3; 0.7, 0.2], 0.9);
    let seed = dmatrix![1.0, -2.0; 0.5, 3.0];
    let mut along = Tangents::new();
    tape.push_forward([Seed::matrix(x, &dx), Seed::scalar(s, ds)], &mut along)
        .unwrap();
    let mut back = Cotangents::new();
    tape.sweep(Seed::matrix(y, &seed), &mut back).unwrap();
    let forward = along.of(y).matrix().dot(&seed);
    let reverse = back.of(x).matrix().dot(&dx) + back.of(s) * ds;
    assert!((forward - reverse).abs() < 1e-14, "{forward} {reverse}");
}

#[test]
fn sums_and_products_of_iterators_and_slices() {
    let tape = Tape::new();
    let x = tape.vars(&[1.0, 2.0, 3.0]);
    let total: Var<f64> = x.iter().sum();
    let product: Var<f64> = x.iter().product();
    assert_eq!((total.value(), product.value()), (6.0, 6.0));
    assert_eq!(product.gradient().of(x[1]), 3.0);
    let before = tape.len();
    let one = tape::sum(&x);
    let dot = tape::dot(&x, &[x[2], 2.0.into(), x[0]]);
    let lse = tape::log_sum_exp(&x);
    assert_eq!(tape.len(), before + 3 + 1);
    assert_eq!((one.value(), dot.value()), (6.0, 10.0));
    assert_eq!(dot.gradient().of(x[0]), 6.0);
    let shares: f64 = x.iter().map(|&x| lse.gradient().of(x)).sum();
    assert!((shares - 1.0).abs() < 1e-15);
    assert_eq!(tape::sum::<f64>(&[]).value(), 0.0);
}

#[test]
#[should_panic(expected = "locations are kept from the first entry on")]
fn locations_cannot_begin_later() {
    let tape = Tape::new();
    tape.var(1.0);
    let _ = tape.with_locations();
}

#[test]
fn the_gradient_of_a_constant_is_zero() {
    assert_eq!(tape::gradient(|_| 3.0.into(), &[1.0, 2.0]), [0.0, 0.0]);
    assert_eq!(tape::gradient(|x| x[1], &[1.0, 2.0]), [0.0, 1.0]);
}

#[test]
fn data_has_no_cotangent_where_an_op_reads_it_as_a_scalar() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![2.0]);
    let data = tape.input(&dmatrix![3.0]).element(0, 0);
    let product = tape.apply(tape::ops::MatMul, &[data.into(), x.into()]);
    let gradient = product.unwrap().matrix().sum().gradient();
    assert_eq!(gradient.of(x), dmatrix![3.0]);
    assert_eq!(gradient.of(data), 0.0);
}

#[test]
fn a_hessian_vector_product_is_forward_over_reverse() {
    use num_dual::Dual64;
    let tape = Tape::default();
    let x = tape.var(Dual64::new(2.0, 1.0));
    let y = tape.var(Dual64::new(3.0, 0.0));
    let z = x * x * y + y.sin() * Dual64::from(2.0);
    let gradient = z.gradient();
    assert_eq!(gradient.of(x), Dual64::new(12.0, 6.0));
    assert_eq!(gradient.of(x).eps, 6.0);
    assert_eq!(gradient.of(y).eps, 4.0);
}

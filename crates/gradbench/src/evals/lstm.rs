//! A recurrent net with gates, whose weights are diagonal: the loss over a sequence of characters.

use super::{Evaluated, Value, no_function, timed};
use serde::Deserialize;
use tape::{Function, Real};

#[derive(Deserialize)]
struct Input {
    main_params: Vec<Vec<f64>>,
    extra_params: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
    sequence: Vec<Vec<f64>>,
}

/// A layer's step: `state` is what it gave, and its memory.
fn layer<R: Real<Number = f64>>(weights: &[R], input: &[R], state: &mut [Vec<R>]) {
    let b = input.len();
    for i in 0..b {
        let (before, memory) = (state[0][i], state[1][i]);
        let gate = |of: R, k: usize| of * weights[k * b + i] + weights[(4 + k) * b + i];
        let (forget, take) = (gate(input[i], 0).sigmoid(), gate(before, 1).sigmoid());
        let (give, change) = (gate(input[i], 2).sigmoid(), gate(before, 3).tanh());
        state[1][i] = memory * forget + take * change;
        state[0][i] = give * state[1][i].tanh();
    }
}

/// The loss; `params` are those of every layer, two rows of 4 b numbers, then three rows of b.
fn loss<R: Real<Number = f64>>(params: &[R], state: &[Vec<f64>], sequence: &[Vec<f64>]) -> R {
    let (b, layers) = (sequence[0].len(), state.len() / 2);
    let (main, extra) = params.split_at(8 * b * layers);
    let number = |row: &Vec<f64>| row.iter().map(|&x| R::from_f64(x)).collect();
    let mut state: Vec<Vec<R>> = state.iter().map(number).collect();
    let mut total = R::from_f64(0.0);
    for characters in sequence.windows(2) {
        let mut now: Vec<R> = (0..b).map(|i| extra[i] * characters[0][i]).collect();
        for (weights, state) in main.chunks(8 * b).zip(state.chunks_mut(2)) {
            layer(weights, &now, state);
            now.clone_from(&state[0]);
        }
        let next: Vec<R> = (0..b)
            .map(|i| now[i] * extra[b + i] + extra[2 * b + i])
            .collect();
        let norm = (next.iter().map(|y| y.exp()).sum::<R>() + 2.0).ln();
        total += next
            .iter()
            .zip(&characters[1])
            .map(|(&y, &c)| (y - norm) * c)
            .sum::<R>();
    }
    -total / (b * (sequence.len() - 1)) as f64
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input {
        main_params,
        extra_params,
        state,
        sequence,
    } = Input::deserialize(input)?;
    let params = [main_params.concat(), extra_params.concat()].concat();
    match function {
        "objective" => timed(input, |_| Ok(loss(&params, &state, &sequence)), |y| y),
        "jacobian" => {
            let f = Function::scalar(move |params| loss(params, &state, &sequence));
            timed(input, |_| f.gradient(&params), |g| g)
        }
        _ => no_function(function, &["objective", "jacobian"]),
    }
}

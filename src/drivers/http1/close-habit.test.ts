import { describe, expect, it } from 'vitest';
import { CloseHabit } from './close-habit.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** A connection that carries so many responses, one after the other. */
function carry(habit: CloseHabit, responses: number): void {
  for (let n = 1; n <= responses; n++) habit.answered(n);
}

describe('what is known of how a target closes connections', () => {
  it('is nothing at first, and then that it keeps them', () => {
    const habit = new CloseHabit();
    carry(habit, 1);
    expect(habit).toMatchObject({ unknown: true, closesAfter: NEVER, irregular: false });
    habit.trust();
    carry(habit, 5_000);
    expect(habit).toMatchObject({ unknown: false, closesAfter: NEVER, irregular: false });
  });

  it.each([1, 100])('is that it closes them after %i responses, from the first close on', (responses) => {
    const habit = new CloseHabit();
    if (responses > 1) habit.trust();
    carry(habit, responses);
    habit.closed(responses);
    expect(habit).toMatchObject({ unknown: false, closesAfter: responses, irregular: false });
    carry(habit, responses);
    habit.closed(responses);
    expect(habit.closesAfter).toBe(responses);
  });

  it('is that there is no rule, where others have carried more', () => {
    const habit = new CloseHabit();
    habit.trust();
    carry(habit, 30);
    habit.closed(7);
    expect(habit).toMatchObject({ closesAfter: NEVER, irregular: true });
  });

  it('is taken back where the target does not close one that was left to it', () => {
    const habit = new CloseHabit();
    carry(habit, 1);
    habit.closed(1);
    habit.kept(1);
    expect(habit.closesAfter).toBe(NEVER);
    // From then on they carry more.
    carry(habit, 2);
    habit.closed(1);
    expect(habit).toMatchObject({ closesAfter: NEVER, irregular: true });
  });

  it.each([
    ['a close', (habit: CloseHabit) => habit.closed(1)],
    ['a lost request', (habit: CloseHabit) => habit.suspect(1)],
  ])('is known again from %s, where none has carried more since one was kept', (_, tell) => {
    const habit = new CloseHabit();
    carry(habit, 1);
    habit.closed(1);
    habit.kept(1);
    carry(habit, 1);
    tell(habit);
    expect(habit).toMatchObject({ closesAfter: 1, irregular: false });
  });

  it('is held on to where it was seen often, and few are kept', () => {
    const habit = new CloseHabit();
    for (let n = 0; n < 1_000; n++) habit.closed(1);
    for (let n = 0; n < 19; n++) habit.kept(1);
    expect(habit.closesAfter).toBe(1);
    habit.kept(1);
    expect(habit.closesAfter).toBe(NEVER);
  });

  it('is given up where every other one is kept, however many there are', () => {
    const habit = new CloseHabit();
    for (let n = 0; n < 10; n++) habit.closed(1);
    habit.kept(1);
    expect(habit.closesAfter).toBe(NEVER);
  });

  it('is tried out where a request on a used connection was lost', () => {
    const habit = new CloseHabit();
    habit.trust();
    carry(habit, 3);
    habit.suspect(3);
    expect(habit.closesAfter).toBe(3);
    habit.closed(3);
    expect(habit).toMatchObject({ closesAfter: 3, irregular: false });
  });

  it('is not changed by lost requests where others have carried more, nor twice by the same', () => {
    const habit = new CloseHabit();
    habit.trust();
    carry(habit, 50);
    habit.suspect(7);
    expect(habit).toMatchObject({ closesAfter: NEVER, irregular: false });
    habit.suspect(50);
    habit.kept(50);
    habit.suspect(50);
    expect(habit.closesAfter).toBe(NEVER);
  });

  it('is that a connection takes one request, as long as bytes come that nobody asked for', () => {
    const habit = new CloseHabit();
    habit.trust();
    carry(habit, 9);
    habit.surplus();
    expect(habit.closesAfter).toBe(1);
    habit.kept(1);
    expect(habit.closesAfter).toBe(NEVER);
  });
});

package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.measure.CallTimer;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Short calls that are timed together: their arguments are ready before the clock starts, their answers are checked
 * after it has stopped. So neither the clock nor what the harness does for a call counts as time of the call.
 * Stateless.
 */
final class CallGroup {
    private static final int SIZE = 16;

    private CallGroup() {}

    /** What is timed. */
    @FunctionalInterface
    interface Call<A, R> {
        @Nullable
        R call(A argument) throws Exception;
    }

    /** Looks at the answer for number {@code number}. */
    @FunctionalInterface
    interface Check<R> {
        void check(@Nullable R answer, int number) throws Exception;
    }

    /** Makes and checks {@value #SIZE} calls for numbers of {@code numbers}, with the arguments made of these. */
    static <A, R> void run(
            CallTimer timer, IntSupplier numbers, IntFunction<A> arguments, Call<A, R> call, Check<R> check)
            throws Exception {
        int[] number = new int[SIZE];
        Object[] argument = new Object[SIZE];
        @Nullable Object[] answer = new Object[SIZE];
        for (int i = 0; i < SIZE; i++) {
            number[i] = numbers.getAsInt();
            argument[i] = arguments.apply(number[i]);
        }
        timeAll(timer, argument, answer, call);
        for (int i = 0; i < SIZE; i++) {
            @SuppressWarnings("unchecked") // made by call
            R found = (R) answer[i];
            check.check(found, number[i]);
        }
    }

    @SuppressWarnings("unchecked") // the arguments are of A
    private static <A, R> void timeAll(CallTimer timer, Object[] argument, @Nullable Object[] answer, Call<A, R> call)
            throws Exception {
        long begin = timer.begin();
        answer[0] = call.call((A) argument[0]);
        long first = System.nanoTime();
        for (int i = 1; i < SIZE; i++) {
            answer[i] = call.call((A) argument[i]);
        }
        timer.endAll(begin, first, SIZE);
    }
}

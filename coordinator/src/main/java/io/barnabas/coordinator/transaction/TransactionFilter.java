package io.barnabas.coordinator.transaction;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.Set;

/**
 * Which transactional ids are wanted; each criterion admits all if it is empty.
 *
 * @param durationMs admits those whose transaction began longer ago; all if it is negative
 * @param pattern    admits ids that it matches as a whole; all if it is null. Linear in time, as RE2 is.
 */
public record TransactionFilter(Set<String> stateNames, Set<Long> producerIds, long durationMs, Pattern pattern) {
    /** @throws PatternSyntaxException if the pattern is none; null and empty ones admit all */
    public static TransactionFilter of(List<String> stateNames, List<Long> producerIds, long durationMs, String pattern) {
        return new TransactionFilter(Set.copyOf(stateNames), Set.copyOf(producerIds), durationMs,
                pattern == null || pattern.isEmpty() ? null : Pattern.compile(pattern));
    }

    /** Names of states that there are not. */
    public List<String> unknownStates() {
        return stateNames.stream().filter(name -> TransactionState.ofText(name) == null).sorted().toList();
    }

    boolean admits(Transaction transaction, long nowMs) {
        return (stateNames.isEmpty() || stateNames.contains(transaction.state().text))
                && (producerIds.isEmpty() || producerIds.contains(transaction.producerId()))
                && (durationMs < 0 || nowMs - transaction.startMs() > durationMs)
                && (pattern == null || pattern.matches(transaction.id()));
    }
}

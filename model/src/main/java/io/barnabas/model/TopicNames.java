package io.barnabas.model;

/** What topics may be called. */
public final class TopicNames {
    public static final int LENGTH_MAX = 249;
    /** Groups and their offsets. */
    public static final String CONSUMER_OFFSETS = "__consumer_offsets";
    public static final String TRANSACTION_STATE = "__transaction_state";
    public static final String SHARE_GROUP_STATE = "__share_group_state";
    /** Of a name at fault no more is said again: an answer has only so much room. */
    private static final int ECHO_MAX = 1000;

    private TopicNames() {}

    /**
     * Why a name cannot be a topic's, in the words that clients are told.
     *
     * @return null if it can
     */
    public static String refusal(String name) {
        if (name.isEmpty()) return "Topic name is invalid: the empty string is not allowed";
        if (name.equals(".") || name.equals("..")) return "Topic name is invalid: '" + name + "' is not allowed";
        if (name.length() > LENGTH_MAX) {
            return "Topic name is invalid: the length of '" + echo(name) + "' is longer than the max allowed length " + LENGTH_MAX;
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isAllowed(name.charAt(i))) {
                return "Topic name is invalid: '" + name
                        + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
            }
        }
        return null;
    }

    /** Whether only the brokers themselves write to a topic of that name. */
    public static boolean isInternal(String name) {
        return name.startsWith("__")
                && (name.equals(CONSUMER_OFFSETS) || name.equals(TRANSACTION_STATE) || name.equals(SHARE_GROUP_STATE));
    }

    private static String echo(String name) {
        return name.length() <= ECHO_MAX ? name : name.substring(0, ECHO_MAX) + "...";
    }

    private static boolean isAllowed(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-';
    }
}

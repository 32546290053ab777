package io.barnabas.tools;

/** A command that does something. */
interface Action {
    /** @return the exit code: 0 done, 1 failed */
    int run();
}

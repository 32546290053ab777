package io.barnabas.server;

import io.barnabas.protocol.ApiMessage;

/** Serves one API. Rights, versions and order are settled before it is asked: see {@link RequestRouter}. */
interface RequestHandler<Q extends ApiMessage> {
    /** Runs on the connection's loop. Answers through the context exactly once, now or later. */
    void handle(RequestContext context, Q request);
}

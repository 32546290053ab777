package io.barnabas.network;

import io.barnabas.protocol.ApiMessage;

/** Waits for the answer to one request of a {@link ClientConnection}. Exactly one of the two is called, on its loop. */
public interface ResponseHandler {
    /** @param frame what the response's bytes and records are slices of: valid during the call, or as long as it is retained */
    void onResponse(ApiMessage response, Frame frame);

    void onFailure(ConnectionFailedException failure);
}

package io.barnabas.protocol;

/** Body of a request or response. */
public interface ApiMessage extends Message {
    ApiKey apiKey();
}

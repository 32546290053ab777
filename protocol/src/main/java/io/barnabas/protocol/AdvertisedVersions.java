package io.barnabas.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * What the answer to ApiVersions offers on each kind of listener, API by API in the order of their ids. Lower versions
 * may be served to clients that do not ask.
 *
 * @param lowest  lowest version
 * @param highest highest version
 */
public record AdvertisedVersions(ApiKey api, short lowest, short highest) {
    public static List<AdvertisedVersions> ofBroker() {
        var offers = new ArrayList<AdvertisedVersions>();
        for (var api : ApiKey.values()) if (api.onBroker() && !isTelemetry(api)) offers.add(of(api));
        return offers;
    }

    public static List<AdvertisedVersions> ofController() {
        var offers = new ArrayList<AdvertisedVersions>();
        for (var api : ApiKey.values()) if (api.onController()) offers.add(of(api));
        return offers;
    }

    private static AdvertisedVersions of(ApiKey api) {
        // librdkafka takes a Produce that starts later for a broker that cannot compress; versions 0 to 2 are refused when used.
        short lowest = api == ApiKey.PRODUCE ? 0 : api.lowestOfferedVersion();
        return new AdvertisedVersions(api, lowest, api.highestOfferedVersion());
    }

    /** A broker offers these only when a receiver of clients' metrics is set. */
    private static boolean isTelemetry(ApiKey api) {
        return api == ApiKey.GET_TELEMETRY_SUBSCRIPTIONS || api == ApiKey.PUSH_TELEMETRY;
    }
}

package io.barnabas.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AdvertisedVersionsTest {
    private static final int BROKER = 1;
    private static final int CONTROLLER = 2;

    @Test
    void aBrokerListenerOffersWhatKafkasOffers() throws IOException {
        assertEquals(facts(BROKER), byId(AdvertisedVersions.ofBroker()));
        assertEquals(77, AdvertisedVersions.ofBroker().size());
    }

    @Test
    void aControllerListenerOffersWhatKafkasOffers() throws IOException {
        assertEquals(facts(CONTROLLER), byId(AdvertisedVersions.ofController()));
        assertEquals(42, AdvertisedVersions.ofController().size());
    }

    private static Map<Integer, String> byId(List<AdvertisedVersions> offers) {
        var byId = new TreeMap<Integer, String>();
        for (var offer : offers) {
            byId.put((int) offer.api().id(), offer.lowest() == offer.highest() ? "" + offer.lowest() : offer.lowest() + "-" + offer.highest());
        }
        return byId;
    }

    /** What a live listener of Apache Kafka 4.4.0 said. */
    private static Map<Integer, String> facts(int column) throws IOException {
        var facts = new TreeMap<Integer, String>();
        var file = Objects.requireNonNull(AdvertisedVersionsTest.class.getResourceAsStream("/advertised-versions.csv"));
        try (var lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            lines.readLine();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var cells = line.split(",", -1);
                if (!cells[column].isEmpty()) facts.put(Integer.parseInt(cells[0]), cells[column]);
            }
        }
        return facts;
    }
}

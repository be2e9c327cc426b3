from core.enums import TRAFFIC_LIGHT_MEANINGS, TrafficLight


def test_every_traffic_light_has_a_meaning():
    assert set(TRAFFIC_LIGHT_MEANINGS) == set(TrafficLight)

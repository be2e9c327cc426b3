// Reads calendars with ical.js: a JSON string a line on standard input, the facts as JSON a line on standard output.

import { createInterface } from "node:readline";

import ICAL from "ical.js";

const PARAMETERS = ["cn", "cutype", "role", "partstat", "rsvp", "sent-by"];

function personOf(property) {
  if (!property) return null;
  const parameters = PARAMETERS.map((name) => [name, property.getParameter(name)]).filter(([, value]) => value);
  return { address: property.getFirstValue(), ...Object.fromEntries(parameters) };
}

function factsOf(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents("vevent");
  if (events.length !== 1) throw new Error(`${events.length} events`);
  const [event] = events;
  const words = (name) => event.getFirstPropertyValue(name) ?? "";
  const instant = (name) => event.getFirstPropertyValue(name).toJSDate().getTime() / 1000;
  return {
    method: calendar.getFirstPropertyValue("method"),
    version: calendar.getFirstPropertyValue("version"),
    uid: words("uid"),
    sequence: event.getFirstPropertyValue("sequence"),
    status: words("status"),
    transp: words("transp"),
    stamp: instant("dtstamp"),
    start: instant("dtstart"),
    end: instant("dtend"),
    title: words("summary"),
    place: words("location"),
    description: words("description"),
    organizer: personOf(event.getFirstProperty("organizer")),
    attendees: event.getAllProperties("attendee").map(personOf),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = factsOf(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

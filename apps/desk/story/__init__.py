"""Stories as data: what a site did, day by day, played through the services, so that demo data has a true trail."""
